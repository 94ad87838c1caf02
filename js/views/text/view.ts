// What one view of the text widget adds to the shared store: pieces, cursor, mode, and what is drawn from them.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Grid, valueAt } from "../../core/arrays";
import { differenceLook, type Look, lookOf } from "../../core/paint";
import { rankingOf } from "../../core/ranking";
import { splice } from "../../core/text/edits";
import { joinedWithin, matchesOf, patternOf, sentencesOf, wordsOf } from "../../core/text/pieces";
import { carried, placed, summed, tokenPieces, tokensIn } from "../../core/text/placing";
import { isSpan } from "../../core/text/question";
import type { Page } from "../../core/text/shade";
import type { Layout, Span, TextDisplay, TextEdit } from "../../core/text/types";
import { stepsOf } from "../../core/text/versions";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import type { Slot } from "../../core/types";
import { words } from "../../core/words";
import type { Theme } from "../../dom/theme";
import type { TextMap, TextStore } from "../../host/text";
import { agreementAs } from "../../panels/agreement";
import { questionOf } from "../../panels/shown";

export type Mode = "read" | "delete" | "mask" | "edit" | "swap" | "ask";

/** A map summed over the pieces of the text on show. */
export interface ReadMap extends TextMap {
  /** One value a token, as it came. */
  tokens: Grid;
  /** The piece of each token, −1 for none. */
  places: Int32Array;
}

/** One of the texts beside each other. */
export type Panel = Slot | "apart";

/** What the shades of one of them are of. */
export interface Shades extends Pick<ReadMap, "grid" | "tokens"> {
  look: Look;
}

export interface Reading {
  value: number;
  rank: number;
  of: number;
  share: number;
  ids: number[];
}

/** Where a text is being typed in place of a stretch. */
export interface Typing {
  /** In the edited text, where no edit is changed. */
  span: Span;
  pieces: Span | null;
  text: string;
  /** Those on show when it began. */
  edits: readonly TextEdit[];
  /** The edit that it changes; null for words as they were. */
  edit: number | null;
}

export function readingOf(map: ReadMap, from: number, to = from): Reading {
  const { grid, layout } = map;
  const ranking = rankingOf(grid);
  let [value, mass] = [Number.NaN, 0];
  const ids: number[] = [];
  for (let i = 0; i < grid.codes.length; i++) {
    const v = valueAt(grid.codes[i]!, grid.lo, grid.hi);
    if (Number.isNaN(v)) continue;
    mass += Math.abs(v);
    if (i >= from && i <= to) value = Number.isNaN(value) ? v : value + v;
  }
  if (layout.ids.length)
    for (let i = from; i <= to; i++) for (const token of tokensIn(map.places, i)) ids.push(layout.ids[token]!);
  return {
    value,
    rank: from === to ? (ranking.ranks[grid.codes[from] ?? 0] ?? 0) : 0,
    of: ranking.finite,
    share: mass > 0 ? Math.abs(value) / mass : 0,
    ids,
  };
}

/** The places that two methods give one piece among all. */
export function placesAt(view: View, { start, stop }: Span): [number, number] | null {
  const width = view.pieces.value.length;
  return (start === stop && view.agreement.value?.placesAt({ width, height: 1 }, start, 0)) || null;
}

export function createView(store: TextStore) {
  const { display, request, slots, prediction, spec, trust } = store;
  const theme = signal<Theme>("light");
  const page = signal<Page>({ paper: [255, 255, 255], ink: [28, 31, 35] });
  /** The system replaces all colours, so that only lines can tell. */
  const forced = signal(false);
  const mode = signal<Mode>(store.saved ? "read" : "delete");
  /** The pieces under the pointer or the keyboard's cursor, first and last. */
  const cursor = signal<Span | null>(null);
  const locked = signal<Span | null>(null);
  const typing = signal<Typing | null>(null);
  const spoken = signal("");
  /** How the next token is drawn; 0 candidates: any may come. */
  const temperature = signal(1);
  const candidates = signal(0);
  /** The pieces whose menu is open. */
  const menu = signal<Span | null>(null);
  /** Finds the element of a piece, while its text is on the page. */
  const finder: { current: ((piece: number) => HTMLElement | undefined) | null } = { current: null };

  const edits = computed(() => request.value.edits);
  const edited = computed(() => splice(spec.value.text, edits.value, spec.value.mask));
  const text = computed(() => edited.value.text);
  const granularity = computed(() => display.value.granularity);
  const source = computed(() => display.value.pattern);
  const pattern = computed(() => (granularity.value === "pattern" && source.value ? patternOf(source.value) : null));

  /** Where the tokens of a layout lie in the text on show. */
  const here = (layout: Layout, before: ReadMap["info"]["request"]["edits"]): Uint32Array => {
    if (layout.text === text.value) return layout.tokens;
    const then = splice(spec.value.text, before as typeof edits.value, spec.value.mask);
    if (then.text !== layout.text) return new Uint32Array(layout.tokens.length);
    return carried(layout.tokens, then.runs, edited.value.runs);
  };
  const tokens = (slot: Slot) =>
    computed(() => {
      const map = slots[slot].map.value;
      return map && here(map.layout, map.info.request.edits);
    });
  const [tokensA, tokensB] = [tokens("a"), tokens("b")];
  /** The newest layout, of the map or of a prediction that came before its map. */
  const layout = computed<Layout | null>(() => {
    const known = prediction.value?.layout;
    return known && known.text === text.value ? known : (slots.a.map.value?.layout ?? known ?? null);
  });
  const divided = computed<Span[]>(() => {
    if (granularity.value === "words") return wordsOf(text.value);
    if (granularity.value === "sentences") return sentencesOf(text.value);
    if (granularity.value === "pattern") return pattern.value ? matchesOf(text.value, pattern.value) : [];
    const fresh = layout.value;
    return tokenPieces(fresh?.text === text.value ? fresh.tokens : (tokensA.value ?? new Uint32Array()));
  });
  /** What stands for a hidden word is one piece, whatever signs it is made of. */
  const pieces = computed<Span[]>(() => {
    const hidden = edited.value.runs.filter(({ edit }) => edit !== null && edits.value[edit]?.name === "mask");
    return hidden.length ? joinedWithin(divided.value, hidden) : divided.value;
  });
  const reading = (slot: Slot, spans: ReadonlySignal<Uint32Array | null>) =>
    computed<ReadMap | null>(() => {
      const map = slots[slot].map.value;
      if (!map || !spans.value) return null;
      const places = placed(text.value, spans.value, pieces.value, granularity.value);
      return { ...map, tokens: map.grid, places, grid: summed(map.grid, places, pieces.value.length) };
    });
  const [mapA, mapB] = [reading("a", tokensA), reading("b", tokensB)];
  const comparing = computed(() => store.compare.value !== null);
  const sign = computed(() => display.value.sign);
  const agreement = computed(() => agreementAs(mapA.value, store.compare.value && mapB.value, sign.value));
  const difference = computed(() => agreement.value?.difference() ?? null);
  const drawn = (slot: Slot, map: ReadonlySignal<ReadMap | null>, shown: () => TextDisplay) =>
    computed(() => {
      const read = map.value;
      return read && { ...read, look: lookOf(read.grid, shown(), trust[slot].grey.value, read.tokens) };
    });
  /** What is drawn of either method, and of where both disagree: added tokens have no place of their own. */
  const shades = {
    a: drawn("a", mapA, () => display.value),
    b: drawn("b", mapB, () => ({ ...display.value, scale: null })),
    apart: computed(() => {
      const grid = difference.value;
      return grid && { grid, tokens: { ...grid, codes: new Uint16Array() }, look: differenceLook(grid, display.value) };
    }),
  };
  const maps = computed(() => {
    const other = comparing.value && mapB.value;
    return [mapA.value, other].filter((map): map is ReadMap => !!map);
  });
  /** What is read: what was kept, else what is pointed at. */
  const at = computed<Span | null>(() => {
    const chosen = cursor.value ?? locked.value;
    return chosen && chosen.stop < pieces.value.length ? chosen : null;
  });

  const question = questionOf(store);
  /** Part of the text may be asked about, in its own words. */
  const part = computed(() => {
    const asked = request.value.target;
    const said = isSpan(asked) && spelled(text.value.slice(...asked.span));
    return said ? textWords.quoted(said.trim() || said) : null;
  });
  const unit = computed(() => {
    const asked = request.value.target;
    if (!isSpan(asked) || asked.rather === null) return part.value ?? question.unit.value;
    return `${part.value} ${words.ratherThan} ${textWords.quoted(store.nameOf(asked.rather).trim())}`;
  });

  return {
    store,
    theme,
    page,
    forced,
    mode,
    cursor,
    locked,
    typing,
    spoken,
    temperature,
    candidates,
    menu,
    finder,
    edits,
    edited,
    text,
    granularity,
    pattern,
    pieces,
    layout,
    marks: computed(() => (forced.value ? ("underline" as const) : display.value.marks)),
    /** What the step that brought each edit did to the prediction. */
    steps: computed(() => stepsOf(store.versions.value, edits.value)),
    /** The prediction on show is of the text on show. */
    current: computed(() => prediction.value?.layout.text === text.value),
    mapA,
    mapB,
    comparing,
    agreement,
    shades,
    maps,
    over: (count: number) => textWords.over(textWords.pieces[granularity.value](count)),
    manner: signal(""),
    at,
    target: question.target,
    part,
    unit,
  };
}

export type View = ReturnType<typeof createView>;
