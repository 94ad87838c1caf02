// Running text in many pieces, drawn without a framework: parts that did not change keep their elements, and colours are
// given first to what is near the window, so that thousands of tokens change within a frame.
import { codeName, visible } from "../core/text/visible";

/** A stretch of text that looks and acts alike. */
export interface Part {
  text: string;
  /** The piece that it belongs to; −1 for none. */
  piece: number;
  kind: "plain" | "piece" | "gone" | "fresh" | "masked" | "special" | "chip" | "unseen" | "input";
  /** The edit that made it. */
  edit: number | null;
  title?: string;
  /** Of a chip: the direction of the run in which it goes on. */
  dir?: "ltr" | "rtl";
}

/** How many parts are drawn anew together: few in a text that one screen holds, else a paragraph, which is left out of
 * sight undrawn. */
const SHORT = { least: 16, most: 96, one: 16 };
const LONG = { least: 150, most: 600, one: 64 };
const MANY = 3000;
const AHEAD = "300px";
/** Parts that are coloured before the observer has said what is near. */
const FIRST = 1500;

interface Chunk {
  key: string;
  element: HTMLElement;
  /** Its first piece; the others are counted from it, so that a word that goes elsewhere changes nothing here. */
  base: number;
  /** Elements that take a colour, and the piece of each. */
  shaded: { element: HTMLElement; piece: number; css: string }[];
  /** The colours it has: the number of the last shading. */
  painted: number;
}

function partElement(part: Part, base: number): HTMLElement {
  const element = document.createElement(part.kind === "gone" ? "del" : "span");
  element.className = `xai-t-${part.kind}`;
  if (part.piece >= 0) element.dataset.piece = String(part.piece - base);
  if (part.edit !== null) element.dataset.edit = String(part.edit);
  if (part.title) element.title = part.title;
  // Within the run that it follows: alone, at the end of a run, it would stand at its other end.
  if (part.dir) element.dir = part.dir;
  fill(part.dir ? element.appendChild(document.createElement("bdi")) : element, part.text);
  return element;
}

/** Text as text: nothing from outside is read as markup, and what acts unseen is shown. */
export function fill(element: HTMLElement, text: string): void {
  for (const { text: shown, stands } of visible(text)) {
    if (stands === null) {
      element.append(shown);
      continue;
    }
    const symbol = document.createElement("span");
    symbol.className = "xai-t-symbol";
    symbol.title = codeName(stands);
    symbol.textContent = shown;
    element.append(symbol);
  }
}

/** The same for the same text wherever it stands. */
function hash(text: string): number {
  let sum = 7;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0;
  return sum;
}

/** Cuts between words at places that the words themselves choose, so that an edit moves no cut but those beside it. */
export function chunksOf(parts: readonly Part[]): Part[][] {
  const { least, most, one } = parts.length > MANY ? LONG : SHORT;
  const chunks: Part[][] = [];
  let chunk: Part[] = [];
  parts.forEach((part, i) => {
    chunk.push(part);
    const apart = part.kind === "plain" && /\s$/.test(part.text);
    const chosen = chunk.length >= most || (chunk.length >= least && hash(parts[i - 1]?.text ?? "") % one === 0);
    if (!(apart && chosen) && chunk.length < 2 * most) return;
    chunks.push(chunk);
    chunk = [];
  });
  if (chunk.length) chunks.push(chunk);
  return chunks;
}

function baseOf(parts: readonly Part[]): number {
  return parts.find(({ piece }) => piece >= 0)?.piece ?? 0;
}

function keyOf(parts: readonly Part[], base: number): string {
  return parts
    .map(
      ({ text, piece, kind, edit, title }) =>
        `${kind}${piece < 0 ? "" : piece - base} ${edit ?? ""} ${title ?? ""} ${text}`,
    )
    .join("\n");
}

/** The piece that a place on the page belongs to, and the edit. */
export function hitOf(target: EventTarget | null): { piece: number | null; edit: number | null } {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-piece], [data-edit]") : null;
  const { piece, edit } = element?.dataset ?? {};
  const base = Number(element?.closest<HTMLElement>("[data-base]")?.dataset.base ?? 0);
  return { piece: piece === undefined ? null : base + Number(piece), edit: edit === undefined ? null : Number(edit) };
}

export class Flow {
  private chunks: Chunk[] = [];
  private readonly near = new Set<Element>();
  private readonly observer: IntersectionObserver;
  private style: (piece: number) => string = () => "";
  private turn = 0;
  private marked: HTMLElement[] = [];
  private range: [number, number] = [-1, -1];

  /** `root` holds the text and may scroll. `decorate` may fill the place of a part with something live. */
  constructor(
    private readonly root: HTMLElement,
    private readonly input: () => HTMLElement,
  ) {
    this.observer = new IntersectionObserver((entries) => this.moved(entries), { root, rootMargin: AHEAD });
  }

  draw(parts: readonly Part[]): void {
    const known = new Map<string, Chunk[]>();
    for (const chunk of this.chunks) known.set(chunk.key, [...(known.get(chunk.key) ?? []), chunk]);
    const long = parts.length > MANY;
    this.root.classList.toggle("xai-passage-long", long);
    let first = FIRST;
    const next = chunksOf(parts).map((list) => {
      const base = baseOf(list);
      const key = `${long} ${keyOf(list, base)}`;
      const chunk = known.get(key)?.shift() ?? this.made(key, list, base, first > 0);
      first -= list.length;
      chunk.base = base;
      chunk.element.dataset.base = String(base);
      return chunk;
    });
    const kept = new Set(next);
    for (const chunk of this.chunks) {
      if (kept.has(chunk)) continue;
      this.observer.unobserve(chunk.element);
      this.near.delete(chunk.element);
      chunk.element.remove();
    }
    let at = this.root.firstChild;
    for (const chunk of next) {
      if (chunk.element === at) at = at.nextSibling;
      else this.root.insertBefore(chunk.element, at);
    }
    this.chunks = next;
    // What was drawn anew has neither colours nor marks.
    this.mark(...this.range);
    this.repaint();
  }

  /** Gives each piece its style. What is far from the window gets it when it comes near. */
  shade(style: (piece: number) => string): void {
    this.style = style;
    this.turn++;
    this.repaint();
  }

  /** Marks the pieces from one to another. */
  mark(from: number, to: number): void {
    this.range = [from, to];
    for (const element of this.marked) element.classList.remove("xai-t-at");
    this.marked = from < 0 ? [] : this.elementsOf(from, to);
    for (const element of this.marked) element.classList.add("xai-t-at");
  }

  elementsOf(from: number, to: number): HTMLElement[] {
    const found: HTMLElement[] = [];
    for (const { shaded, base } of this.chunks)
      for (const { element, piece } of shaded) if (base + piece >= from && base + piece <= to) found.push(element);
    return found;
  }

  close(): void {
    this.observer.disconnect();
    this.root.replaceChildren();
  }

  private made(key: string, parts: readonly Part[], base: number, near: boolean): Chunk {
    const element = document.createElement("span");
    const shaded: Chunk["shaded"] = [];
    for (const part of parts) {
      const one = part.kind === "input" ? this.input() : partElement(part, base);
      if (part.piece >= 0) shaded.push({ element: one, piece: part.piece - base, css: "" });
      element.append(one);
    }
    const chunk = { key, element, base, shaded, painted: 0 };
    // Until the observer says otherwise the beginning is near.
    if (near) this.near.add(element);
    this.observer.observe(element);
    return chunk;
  }

  private moved(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.near.add(target);
      else this.near.delete(target);
    }
    this.repaint();
  }

  private repaint(): void {
    for (const chunk of this.chunks) {
      if (chunk.painted === this.turn || !this.near.has(chunk.element)) continue;
      chunk.painted = this.turn;
      for (const one of chunk.shaded) {
        const css = this.style(chunk.base + one.piece);
        if (css !== one.css) one.element.style.cssText = css;
        one.css = css;
      }
    }
  }
}
