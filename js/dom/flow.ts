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
}

const CHUNK = 48;
const AHEAD = "800px";

interface Chunk {
  key: string;
  element: HTMLElement;
  /** Elements that take a colour, and the piece of each. */
  shaded: { element: HTMLElement; piece: number }[];
  /** The colours it has: the number of the last shading. */
  painted: number;
}

function partElement(part: Part): HTMLElement {
  const element = document.createElement(part.kind === "gone" ? "del" : "span");
  element.className = `xai-t-${part.kind}`;
  if (part.piece >= 0) element.dataset.piece = String(part.piece);
  if (part.edit !== null) element.dataset.edit = String(part.edit);
  if (part.title) element.title = part.title;
  fill(element, part.text);
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

function chunksOf(parts: readonly Part[]): Part[][] {
  const chunks: Part[][] = [];
  for (let i = 0; i < parts.length; i += CHUNK) chunks.push(parts.slice(i, i + CHUNK));
  return chunks;
}

function keyOf(parts: readonly Part[]): string {
  return parts
    .map(({ text, piece, kind, edit, title }) => `${kind}${piece} ${edit ?? ""} ${title ?? ""} ${text}`)
    .join("");
}

export class Flow {
  private chunks: Chunk[] = [];
  private readonly near = new Set<Element>();
  private readonly observer: IntersectionObserver;
  private style: (piece: number) => string = () => "";
  private turn = 0;
  private marked: HTMLElement[] = [];

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
    const next = chunksOf(parts).map((list) => {
      const key = keyOf(list);
      return known.get(key)?.shift() ?? this.made(key, list);
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
    for (const element of this.marked) element.classList.remove("xai-t-at");
    this.marked = from < 0 ? [] : this.elementsOf(from, to);
    for (const element of this.marked) element.classList.add("xai-t-at");
  }

  elementsOf(from: number, to: number): HTMLElement[] {
    const found: HTMLElement[] = [];
    for (const { shaded } of this.chunks)
      for (const { element, piece } of shaded) if (piece >= from && piece <= to) found.push(element);
    return found;
  }

  close(): void {
    this.observer.disconnect();
    this.root.replaceChildren();
  }

  private made(key: string, parts: readonly Part[]): Chunk {
    const element = document.createElement("span");
    const shaded: Chunk["shaded"] = [];
    for (const part of parts) {
      const one = part.kind === "input" ? this.input() : partElement(part);
      if (part.piece >= 0) shaded.push({ element: one, piece: part.piece });
      element.append(one);
    }
    const chunk = { key, element, shaded, painted: 0 };
    // Until the observer says otherwise what is new is taken for near; of a long text that is the beginning.
    if (this.near.size < 24) this.near.add(element);
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
      for (const { element, piece } of chunk.shaded) element.style.cssText = this.style(piece);
    }
  }
}
