// Controls made from a method's own description of its parameters.
import type { ComponentType } from "preact";
import { translated } from "../core/language";
import { parameterOf } from "../core/request";
import type { Method, Parameter, Request, Value } from "../core/types";
import { words } from "../core/words";
import { Button, Checkbox, Select } from "../dom/controls";
import { Slider } from "../dom/slider";
import type { Store } from "../host/store";
import type { LayerProps } from "./layer";

function nameOf(parameter: Parameter): string {
  return translated(parameter.name.replaceAll("_", " "));
}

function NumberControl({ parameter, value, set }: { parameter: Parameter; value: number; set: (v: Value) => void }) {
  const whole = parameter.kind === "int";
  const low = parameter.low ?? Math.min(0, value);
  const high = parameter.high ?? Math.max(1, value * 4, low + 1);
  return (
    <Slider
      label={nameOf(parameter)}
      title={parameter.sentence}
      low={low}
      high={high}
      step={parameter.step ?? (whole ? 1 : (high - low) / 100)}
      value={value}
      onInput={(v) => set(whole ? Math.round(v) : v)}
    />
  );
}

/** Where a number starts that was left to the method: its range may go from cheap to very dear, so in the middle. */
function startOf({ default: own, low, high }: Parameter): number {
  if (typeof own === "number") return own;
  if (low === null || high === null || low <= 0) return low ?? 0;
  return Math.round(Math.sqrt(low * high));
}

/** Where a layer is chosen, in the views that can show one's values. */
export type LayerPicker = ComponentType<LayerProps>;

interface ControlProps {
  store: Store;
  parameter: Parameter;
  value: Value;
  set: (value: Value) => void;
  Layer: LayerPicker | undefined;
}

function Control({ store, parameter, value, set, Layer }: ControlProps) {
  const { kind, choices, optional, sentence } = parameter;
  const number = kind === "int" || kind === "float";
  if (kind === "bool")
    return <Checkbox label={nameOf(parameter)} title={sentence} checked={value === true} onPick={set} />;
  if (kind === "choice")
    return (
      <Select
        inline
        label={nameOf(parameter)}
        value={String(value)}
        choices={choices.map((choice) => ({
          value: String(choice),
          text: choice === null ? words.parameterAuto : translated(String(choice)),
        }))}
        onPick={(text) => set(choices.find((choice) => String(choice) === text) ?? null)}
      />
    );
  if (kind === "layer" && Layer)
    return <Layer store={store} label={nameOf(parameter)} parameter={parameter} value={value} set={set} />;
  if (!number) return null;
  const there = typeof value === "number";
  return (
    <>
      {there && <NumberControl parameter={parameter} value={value} set={set} />}
      {optional && (
        <div class="xai-field xai-inline">
          <span class="xai-label">{there ? "" : nameOf(parameter)}</span>
          <Checkbox
            label={words.parameterAuto}
            name={`${nameOf(parameter)}: ${words.parameterAuto}`}
            title={sentence}
            checked={!there}
            onPick={(auto) => set(auto ? null : startOf(parameter))}
          />
        </div>
      )}
    </>
  );
}

export function Parameters(props: {
  store: Store;
  method: Method;
  request: Request;
  onChange: (params: Request["params"]) => void;
  Layer: LayerPicker | undefined;
}) {
  const { store, method, request, onChange, Layer } = props;
  // The kernel completes a request by the defaults, so that having a value says nothing.
  const changed = method.parameters.some(({ name, default: own }) => parameterOf(method, request, name) !== own);
  return (
    <details class="xai-fold">
      <summary class="xai-summary">{words.parametersOf(method.title)}</summary>
      <div class="xai-stack">
        {method.parameters.map((parameter) => (
          <div key={parameter.name} class="xai-parameter">
            <Control
              store={store}
              parameter={parameter}
              value={parameterOf(method, request, parameter.name)}
              set={(value) => onChange({ ...request.params, [parameter.name]: value })}
              Layer={Layer}
            />
            {parameter.sentence && <p class="xai-sentence">{parameter.sentence}</p>}
          </div>
        ))}
        {changed && <Button text={words.parameterDefault} onClick={() => onChange({})} />}
      </div>
    </details>
  );
}
