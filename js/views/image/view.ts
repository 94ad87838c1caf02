// What one view of the image widget adds to the shared store: camera, cursor, brush, and what is drawn from them.
import { computed, signal } from "@preact/signals";
import { codeAt, type Grid, type Pixels, valueAt } from "../../core/arrays";
import { type Camera, FIT } from "../../core/camera";
import { imageWords } from "../../core/image/words";
import { Lru } from "../../core/lru";
import { differenceLook, type Look, lookOf } from "../../core/paint";
import { rankingOf } from "../../core/ranking";
import { automatic, MOST_SMOOTH, SMOOTH_STEP, smoothed } from "../../core/smooth";
import type { Edit, Fill, Layout, Slot, Stroke } from "../../core/types";
import { MapLayer, pictureCanvas } from "../../dom/layers";
import type { Theme } from "../../dom/theme";
import type { ShownMap } from "../../host/decode";
import type { ImageStore } from "../../host/image";
import { agreementAs } from "../../panels/agreement";
import { questionOf } from "../../panels/shown";

/** Numbers in one stroke; a longer one goes on as another, in the same step of undo. */
const LONGEST = 2000;

export interface Reading {
  value: number;
  rank: number;
  /** Share of pixels with a smaller |value|. */
  above: number;
}

/** A map as it is read: perhaps smoothed. */
export interface ReadMap extends ShownMap {
  /** What it covers. */
  pixels: Pixels;
  /** The standard deviation of the smoothing, in pixels and not in cells, 0 for none. */
  sigma: number;
  /** Too uneven to be drawn other than cell by cell. */
  rough: boolean;
}

export interface Layer {
  canvas: HTMLCanvasElement;
  look: Look;
  map: ReadMap;
}

/** The last few smoothings of each map. */
const smoothings = new WeakMap<Grid, Lru<Grid>>();

export function readMap(map: ShownMap, smooth: number | null, pixels: Pixels): ReadMap {
  const cell = pixels.width / map.grid.width;
  const own = Math.min(MOST_SMOOTH, Math.round((automatic(map.grid) * cell) / SMOOTH_STEP) * SMOOTH_STEP);
  const sigma = smooth ?? own;
  const known = smoothings.get(map.grid) ?? new Lru<Grid>(2);
  const grid = known.get(String(sigma)) ?? smoothed(map.grid, sigma / cell);
  smoothings.set(map.grid, known);
  known.put(String(sigma), grid);
  return { ...map, grid, pixels, sigma, rough: own > 0 && sigma === 0 };
}

/** What is read under a pixel of the model's input. */
export function readingOf(map: ReadMap, x: number, y: number): Reading {
  const { grid } = map;
  const ranking = rankingOf(grid);
  const code = codeAt(grid, map.pixels, x, y);
  const rank = ranking.ranks[code] ?? 0;
  const equal = ranking.counts[code] ?? 0;
  return {
    value: valueAt(code, grid.lo, grid.hi),
    rank,
    above: ranking.finite ? (ranking.finite - rank + 1 - equal) / ranking.finite : 0,
  };
}

/** Ranks of two maps say how far two methods agree only if both were asked the same. */
export function createView(store: ImageStore) {
  const { display, request, slots, prediction, spec, trust } = store;
  const photo = signal<ImageBitmap | null>(null);
  const camera = signal<Camera>(FIT);
  const cursor = signal<{ x: number; y: number } | null>(null);
  const pointer = signal<{ x: number; y: number } | null>(null);
  const mode = signal<"inspect" | "brush">("inspect");
  const stroke = signal<Stroke | null>(null);
  const theme = signal<Theme>("light");
  const spoken = signal("");
  const brush = signal<{ radius: number; fill: Fill; colour: [number, number, number] }>({
    radius: spec.value.brush.default,
    fill: spec.value.fills[0] ?? "mean",
    colour: [128, 128, 128],
  });

  const makers = { a: new MapLayer(), b: new MapLayer() };
  /** Smoothing must not be done anew when only the opacity changes. */
  const smooth = computed(() => display.value.smooth);
  const reading = (slot: Slot) =>
    computed(() => {
      const map = slots[slot].map.value;
      const [height, width] = spec.value.grid;
      return map && readMap(map, smooth.value, { width, height });
    });
  const [mapA, mapB] = [reading("a"), reading("b")];
  const lookA = computed(() => mapA.value && lookOf(mapA.value.grid, display.value, trust.a.grey.value));
  /** Two methods have two units: the right map takes the same share of its own range. */
  const lookB = computed(() => {
    const [a, b] = [mapA.value, mapB.value];
    if (!b) return null;
    const own = lookOf(b.grid, { ...display.value, scale: null }, trust.b.grey.value);
    if (display.value.scale === null || !a) return own;
    const range = lookOf(a.grid, { ...display.value, scale: null }).scale;
    return lookOf(b.grid, { ...display.value, scale: (own.scale * display.value.scale) / range });
  });
  const layer = (slot: Slot, read: { value: ReadMap | null }, look: { value: Look | null }) =>
    computed<Layer | null>(() => {
      const map = read.value;
      if (!map || !look.value) return null;
      const missing = rankingOf(map.grid).missing > 0;
      return { canvas: makers[slot].paint(map.grid, look.value, missing), look: look.value, map };
    });
  const edited = computed(() => request.value.edits.length > 0);
  const lastPicture = computed(() => {
    const shown = prediction.value?.picture;
    return shown ? pictureCanvas(shown.width, shown.height, shown.rgb) : null;
  });
  // Two steps, so that an ask that goes on editing neither colours nor draws the old picture once more.
  const picture = computed(() => (edited.value ? lastPicture.value : null));
  const layout = computed<Layout>(() => {
    const { layout: chosen, curtain: hung } = display.value;
    const comparing = store.compare.value !== null;
    if (chosen === "disagreement" && !comparing) return "single";
    return chosen ?? (hung !== null ? "curtain" : comparing ? "beside" : "single");
  });
  const curtain = computed(() => (layout.value === "curtain" ? (display.value.curtain ?? 0.5) : null));
  const sign = computed(() => display.value.sign);
  /** How far two maps of the same question agree, as they are read. */
  const agreement = computed(() => agreementAs(mapA.value, store.compare.value && mapB.value, sign.value));
  const difference = computed(() => agreement.value?.difference() ?? null);
  const apart = new MapLayer();
  const disagreement = computed(() => {
    const grid = difference.value;
    if (!grid) return null;
    const look = differenceLook(grid, display.value);
    const missing = rankingOf(grid).missing > 0;
    const rough = (mapA.value?.rough || mapB.value?.rough) ?? false;
    return { canvas: apart.paint(grid, look, missing), look, missing, rough };
  });
  /** The maps that are read: one, or two that are compared. */
  const maps = computed(() => {
    const other = store.compare.value && mapB.value;
    return [mapA.value, other].filter((map): map is ReadMap => !!map);
  });
  const manner = computed(() => (maps.value.some((map) => map.sigma > 0) ? imageWords.agreementSmoothed : ""));

  /** The strokes and sliders before the stroke that is being painted. */
  let before: Edit[] = [];
  let serial = 0;
  const paint = {
    start(first: Stroke): void {
      before = request.value.edits;
      serial++;
      stroke.value = first;
      store.setEdits([...before, first], `stroke-${serial}`);
    },
    move(next: Stroke): void {
      if (next === stroke.value) return;
      const edits = [...before, next];
      store.setEdits(edits, `stroke-${serial}`);
      const full = next.points.length >= LONGEST;
      if (full) before = edits;
      stroke.value = full ? { ...next, points: next.points.slice(-2) } : next;
    },
    /** It was no stroke after all. */
    abandon(): void {
      stroke.value = null;
      store.undo();
    },
    end(): void {
      stroke.value = null;
      store.sealEdits();
    },
  };

  return {
    store,
    photo,
    camera,
    cursor,
    pointer,
    mode,
    stroke,
    brush,
    theme,
    spoken,
    paint,
    picture,
    layout,
    curtain,
    agreement,
    disagreement,
    maps,
    over: imageWords.agreementOver,
    manner,
    ...questionOf(store),
    lookA,
    lookB,
    mapA,
    mapB,
    layerA: layer("a", mapA, lookA),
    layerB: layer("b", mapB, lookB),
  };
}

export type View = ReturnType<typeof createView>;
