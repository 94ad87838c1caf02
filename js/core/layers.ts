// The tree of the model's modules as a list, each before those inside it.
import type { LayerEntry } from "./types";

export interface Layer {
  /** As the method wants it, such as `layer4.1.conv2`. */
  name: string;
  /** Its name inside its parent. */
  own: string;
  type: string;
  depth: number;
  /** Modules inside it that the kernel has not told yet. */
  untold: number;
  /** Of what it puts out, without the batch axis; null: not known, or nothing. */
  shape: number[] | null;
  /** 0: no map; 1: patches that can be arranged as one; 2: channels of a map; null: not known. */
  use: number | null;
}

/** Reads what the kernel told of the modules inside `under`. */
export function layersOf(entries: readonly LayerEntry[], under = ""): Layer[] {
  const path = under ? under.split(".") : [];
  return entries.map(([depth, own, type, untold, shape, use]) => {
    path.length = depth;
    path.push(own);
    return { name: path.join("."), own, type, depth, untold, shape, use };
  });
}

function isInside(layer: Layer, name: string): boolean {
  return name === "" || layer.name.startsWith(`${name}.`);
}

/** The list with what is inside `under` told anew. */
export function told(layers: readonly Layer[], under: string, inside: readonly Layer[]): Layer[] {
  if (under === "") return inside.length ? [...inside] : [...layers];
  const at = layers.findIndex((layer) => layer.name === under);
  if (at < 0) return [...layers];
  const kept = layers.filter((layer) => !isInside(layer, under));
  const holder = { ...layers[at]!, untold: inside.length ? 0 : layers[at]!.untold };
  return [...kept.slice(0, at), holder, ...inside, ...kept.slice(at + 1)];
}

/** What can be opened, told or not. */
export function holds(layers: readonly Layer[], at: number): boolean {
  return layers[at]!.untold > 0 || (layers[at + 1]?.depth ?? 0) > layers[at]!.depth;
}

/** The rows on show: everything at the top, and what is inside the opened ones. */
export function shownLayers(layers: readonly Layer[], open: ReadonlySet<string>): number[] {
  const rows: number[] = [];
  let most = 0;
  layers.forEach((layer, i) => {
    if (layer.depth > most) return;
    rows.push(i);
    most = open.has(layer.name) ? layer.depth + 1 : layer.depth;
  });
  return rows;
}

/** The names of what a layer lies in. */
export function holdersOf(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
}

/** Layers whose name or type holds every word; the very name first, then in the order of the model. */
export function findLayers(layers: readonly Layer[], query: string): number[] {
  const terms = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const hits: number[] = [];
  layers.forEach(({ name, type }, i) => {
    const text = `${name} ${type}`.toLowerCase();
    if (terms.every((term) => text.includes(term))) hits.push(i);
  });
  const exact = hits.findIndex((i) => layers[i]!.name === query.trim());
  if (exact > 0) hits.unshift(...hits.splice(exact, 1));
  return hits;
}

type Unfit = "silent" | "no map" | null;

/** Why a layer cannot serve, as far as that is known. `needs`: what the method can make a map of. */
export function unfit({ shape, use }: Layer, needs: string): Unfit {
  if (use === null) return null;
  if (shape === null) return "silent";
  return use >= (needs === "map" ? 1 : 2) ? null : "no map";
}
