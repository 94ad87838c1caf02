// A parameter that names one of the model's layers.
import { useState } from "preact/hooks";
import { findLayers, holdersOf, holds, type Layer, shownLayers, unfit } from "../core/layers";
import type { Parameter, Value } from "../core/types";
import { words } from "../core/words";
import { TreeBox, type TreeRow } from "../dom/treebox";
import type { Store } from "../host/store";

export interface LayerProps {
  store: Store;
  label: string;
  parameter: Parameter;
  value: Value;
  set: (value: Value) => void;
}

export function LayerControl({ store, label, parameter, value, set }: LayerProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const layers = store.layers.value;
  const chosen = typeof value === "string" ? value : "";
  const row = (i: number, searched: boolean): TreeRow => {
    const layer = layers[i]!;
    const reason = unfit(layer, parameter.needs ?? "");
    return {
      id: layer.name,
      level: searched ? 1 : layer.depth + 1,
      text: searched ? layer.name : layer.own,
      side: layer.type,
      end: endOf(layer, reason && words.layerReasons[reason]),
      open: searched || !holds(layers, i) ? null : open.has(layer.name),
      reason: reason ? words.layerWhy[reason] : "",
    };
  };
  const rowsFor = (query: string) => {
    const searched = query.trim() !== "";
    return (searched ? findLayers(layers, query) : shownLayers(layers, open)).map((i) => row(i, searched));
  };
  const toggle = (name: string) => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
    if (layers.find((layer) => layer.name === name)?.untold) store.askLayers(name);
  };
  return (
    <TreeBox
      label={label}
      title={parameter.sentence}
      value={chosen}
      none={words.parameterAuto}
      rowsFor={rowsFor}
      onOpen={() => {
        store.askLayers("");
        setOpen(new Set([...open, ...holdersOf(chosen)]));
      }}
      onToggle={toggle}
      onPick={set}
    />
  );
}

function endOf(layer: Layer, reason: string | null): string {
  const shape = layer.shape ? layer.shape.join(" × ") : "";
  return [layer.untold ? words.layersInside(layer.untold) : "", shape, reason].filter(Boolean).join(" · ");
}
