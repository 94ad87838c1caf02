// Tokens by tokens as one picture, linked with the text: a cell shows its two words there, a word its row and column here.
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Grid, valueAt } from "../../core/arrays";
import { short } from "../../core/format";
import { type Look, lookOf } from "../../core/paint";
import { placed } from "../../core/text/placing";
import { barOf, levelOf, type Page, shadeAt } from "../../core/text/shade";
import type { Layout } from "../../core/text/types";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { Legend } from "../../dom/legend";
import type { View } from "./view";

const [LARGEST, TALLEST] = [22, 420];
/** A row as high as this has room for its word. */
const READABLE_ROW = 13;

export function lookOfMatrix(view: View, grid: Grid): Look {
  return lookOf(grid, { ...view.store.display.value, mass: 1, scale: null, sign: "both", opacity: 0.6 });
}

function paint(canvas: HTMLCanvasElement, grid: Grid, look: Look, page: Page): void {
  canvas.width = grid.width;
  canvas.height = grid.height;
  const image = new ImageData(grid.width, grid.height);
  const table = Array.from({ length: 257 }, (_, level) => shadeAt(look, level / 256, page).paper);
  for (let i = 0; i < grid.codes.length; i++) {
    const level = levelOf(valueAt(grid.codes[i]!, grid.lo, grid.hi), look);
    if (level >= 0) image.data.set([...table[level]!, 255], 4 * i);
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

export function Picture(props: { view: View; grid: Grid; look: Look } & JSX.CanvasHTMLAttributes<HTMLCanvasElement>) {
  const { view, grid, look, ...others } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const page = view.page.value;
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, grid, look, page);
  });
  return <canvas ref={canvas} {...others} />;
}

/** How a token is called: its own words, or the name that the tokenizer gave it. */
export function tokenName(layout: Layout, i: number): string {
  const own = layout.text.slice(layout.tokens[2 * i] ?? 0, layout.tokens[2 * i + 1] ?? 0);
  return spelled(own || layout.names.get(i) || String(layout.ids[i] ?? i));
}

export interface Cell {
  row: number;
  column: number;
}

export function Matrix(props: {
  view: View;
  grid: Grid;
  layout: Layout;
  /** The token of the first row. */
  first: number;
  label: string;
  /** The cell pointed at, where others point as well. */
  cell?: Signal<Cell | null>;
}) {
  const { view, grid, layout, first, label } = props;
  const own = useSignal<Cell | null>(null);
  const cell = props.cell ?? own;
  const look = lookOfMatrix(view, grid);

  // Many tokens are averaged over blocks, so that a cell may stand for several.
  const tokens = layout.tokens.length / 2;
  const perColumn = tokens / grid.width;
  const perRow = (tokens - first) / grid.height;
  const tokenOf = (at: number, each: number, from = 0) => Math.min(tokens - 1, from + Math.floor(at * each));
  const places =
    view.text.value && layout.text.startsWith(view.text.value)
      ? placed(view.text.value, layout.tokens, view.pieces.value, view.granularity.value)
      : null;
  const pieceOf = (token: number) => places?.[token] ?? -1;

  const point = (row: number, column: number) => {
    const at = {
      row: Math.max(0, Math.min(grid.height - 1, row)),
      column: Math.max(0, Math.min(grid.width - 1, column)),
    };
    cell.value = at;
    const piece = pieceOf(tokenOf(at.column, perColumn));
    view.cursor.value = piece < 0 ? null : { start: piece, stop: piece };
  };
  const onPointerMove = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * grid.height);
    point(row, Math.floor(((event.clientX - box.left) / box.width) * grid.width));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = cell.value;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const by = moves[event.key];
    if (!by) return;
    event.preventDefault();
    // The first key finds the first cell.
    if (at) point(at.row + by[0], at.column + by[1]);
    else point(0, 0);
  };

  const size = Math.min(LARGEST, TALLEST / grid.height);
  const shown = cell.value;
  const value = shown ? valueAt(grid.codes[shown.row * grid.width + shown.column] ?? 65535, grid.lo, grid.hi) : null;
  const said =
    shown && value !== null
      ? textWords.cell(
          tokenName(layout, tokenOf(shown.row, perRow, first)),
          tokenName(layout, tokenOf(shown.column, perColumn)),
          // What has no two directions, such as attention, has no sign.
          Number.isNaN(value)
            ? textWords.noValue
            : look.palette.kind === "sequential"
              ? short(value)
              : words.readOut(value),
        )
      : textWords.cellHint;
  const cursor = view.cursor.value;
  // The columns of the word that is pointed at in the text.
  const columns =
    cursor && places
      ? Array.from({ length: grid.width }, (_, i) => i).filter((i) => {
          const piece = pieceOf(tokenOf(i, perColumn));
          return piece >= cursor.start && piece <= cursor.stop;
        })
      : [];
  return (
    <div class="xai-matrix" data-xai="matrix">
      <div class="xai-matrix-frame">
        {size >= READABLE_ROW && (
          <div class="xai-matrix-rows" aria-hidden="true">
            {Array.from({ length: grid.height }, (_, i) => (
              <bdi key={i} style={{ height: `${size}px`, lineHeight: `${size}px` }}>
                {tokenName(layout, tokenOf(i, perRow, first))}
              </bdi>
            ))}
          </div>
        )}
        <div
          class="xai-matrix-box"
          style={{ maxWidth: `${LARGEST * grid.width}px`, height: `${size * grid.height}px` }}
        >
          <Picture
            view={view}
            grid={grid}
            look={look}
            role="application"
            tabIndex={0}
            aria-label={label}
            onPointerMove={onPointerMove}
            onPointerLeave={() => {
              cell.value = view.cursor.value = null;
            }}
            onKeyDown={onKeyDown}
          />
          {columns.map((i) => (
            <span
              key={i}
              class="xai-matrix-column"
              style={{ left: `${(100 * i) / grid.width}%`, width: `${100 / grid.width}%` }}
            />
          ))}
          {shown && (
            <span
              class="xai-matrix-row"
              style={{ top: `${(100 * shown.row) / grid.height}%`, height: `${100 / grid.height}%` }}
            />
          )}
        </div>
      </div>
      <output class="xai-matrix-said" aria-live="polite">
        {said}
      </output>
      <Legend look={look} title={label} value={value} colour={barOf(look, view.page.value, "shade")} />
    </div>
  );
}
