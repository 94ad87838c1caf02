// What one view of the table widget adds to the shared store: what is listed, in which order, and how it is drawn.
import { computed, signal } from "@preact/signals";
import { valueAt } from "../../core/arrays";
import { differenceLook } from "../../core/paint";
import { colormapOf, colourAt, type Palette, palette } from "../../core/palette";
import { rankingOf } from "../../core/ranking";
import { curveOf, rowOf } from "../../core/table/cells";
import { tableWords } from "../../core/table/words";
import type { Theme } from "../../dom/theme";
import type { TableStore } from "../../host/table";
import { agreementAs } from "../../panels/agreement";
import { questionOf } from "../../panels/shown";

export interface Contribution {
  value: number;
  rank: number;
}

export function createView(store: TableStore) {
  const { spec, request, slots, display, prediction, curves } = store;
  const theme = signal<Theme>("light");
  const query = signal("");
  /** The columns whose rules are open. */
  const opened = signal<ReadonlySet<number>>(new Set());
  /** The column whose rules were changed last; null where it was a rule between columns. */
  const ruled = signal<number | null>(null);
  /** By which map the columns are sorted: a slider must not run away under the pointer. */
  const sorted = signal<number | null>(null);

  const row = computed(() => rowOf(spec.value.row, request.value.edits));
  const contributions = (slot: "a" | "b") =>
    computed<Contribution[] | null>(() => {
      const grid = slots[slot].map.value?.grid;
      if (!grid) return null;
      const { ranks } = rankingOf(grid);
      return Array.from(grid.codes, (code) => ({ value: valueAt(code, grid.lo, grid.hi), rank: ranks[code] ?? 0 }));
    });
  const [mapA, mapB] = [contributions("a"), contributions("b")];
  const most = (map: Contribution[] | null) =>
    Math.max(0, ...(map ?? []).map(({ value }) => (Number.isNaN(value) ? 0 : Math.abs(value)))) || 1;

  let strengths: number[] = [];
  const order = computed(() => {
    const { columns } = spec.value;
    const all = columns.map((_, i) => i);
    const by = display.value.order;
    const map = sorted.value === null ? null : mapA.peek();
    if (map) strengths = map.map(({ value }) => (Number.isNaN(value) ? 0 : Math.abs(value)));
    if (by === "name") all.sort((a, b) => columns[a]!.name.localeCompare(columns[b]!.name));
    else if (by === "strength") all.sort((a, b) => (strengths[b] ?? 0) - (strengths[a] ?? 0) || a - b);
    return all;
  });
  const listed = computed(() => {
    const terms = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { columns } = spec.value;
    return order.value.filter((i) => terms.every((term) => columns[i]!.name.toLowerCase().includes(term)));
  });

  const question = questionOf(store);
  const agreement = computed(() => agreementAs(slots.a.map.value, maps.value[1] ?? null, display.value.sign));
  const difference = computed(() => agreement.value?.difference() ?? null);
  const maps = computed(() => {
    const other = store.compare.value && slots.b.map.value;
    return [slots.a.map.value, other].filter((map) => map !== null);
  });
  /** The class whose curves are drawn. */
  const shown = computed(
    () => question.target.value[0] ?? prediction.value?.probabilities.findIndex((_, i) => i === 0) ?? 0,
  );
  /** Lowest and highest of all curves: on one scale, a flat one looks flat. */
  const heights = computed<[number, number]>(() => {
    const known = curves.value;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; known && i < spec.value.columns.length; i++)
      for (const [, y] of curveOf(known, i, shown.value))
        if (!Number.isNaN(y)) [low, high] = [Math.min(low, y), Math.max(high, y)];
    if (high > low) return [low, high];
    // Where all are flat, a probability has its own scale.
    return high === low && store.task.value === "value" ? [low - 0.5, high + 0.5] : [0, 1];
  });
  /** Whether the model fails somewhere along them. */
  const broken = computed(() => curves.value?.values.some(Number.isNaN) ?? false);
  const css = (chosen: Palette, place: number) => `rgb(${colourAt(chosen, place).join(" ")})`;
  /** Of what lies to the left, and to the right. */
  const sides = (chosen: Palette) => (theme.value === "dark" ? [0.2, 0.8] : [0.12, 0.88]).map((at) => css(chosen, at));
  const apart = computed(() => difference.value && differenceLook(difference.value, display.value));

  return {
    store,
    /** The row comes from a file, which has its cells as words: none of them can be changed. */
    told: spec.value.columns[0]?.told !== undefined,
    theme,
    query,
    opened,
    ruled,
    sorted,
    row,
    mapA,
    mapB,
    mostA: computed(() => most(mapA.value)),
    mostB: computed(() => most(mapB.value)),
    maps,
    agreement,
    apart,
    apartColours: computed(() => (apart.value ? sides(apart.value.palette) : [])),
    /** Bars are as solid for a small difference as for a large one. */
    apartColour: computed(() => {
      const [left, right] = apart.value ? sides(apart.value.palette) : [];
      return (place: number) => (place < 0.5 ? left : right) ?? "";
    }),
    /** The places that two methods give a column among all. */
    placesAt(column: number) {
      const { width = 0, height = 0 } = difference.value ?? {};
      return agreement.value?.placesAt({ width, height }, column % width, Math.floor(column / width)) ?? null;
    },
    over: tableWords.over,
    manner: signal(""),
    comparing: computed(() => store.compare.value !== null),
    order,
    listed,
    shown,
    heights,
    broken,
    colours: computed(() => sides(palette(colormapOf(display.value)))),
    target: question.target,
    unit: question.unit,
  };
}

export type View = ReturnType<typeof createView>;
