// Fine lines with their numbers, at the left and below.
import type { Scale, Tick } from "../../core/population/axes";

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Rough width of a character, by which names that would run into each other are left out. */
const LETTER = 6.6;
const LINE = 14;

export function LeftAxis({
  box,
  y,
  ticks,
  text,
}: {
  box: Box;
  y: Scale;
  ticks: number[];
  text: (value: number) => string;
}) {
  return (
    <g>
      {ticks.map((value) => (
        <g key={value} transform={`translate(0 ${y(value)})`}>
          <line class="xai-s-grid" x1={box.left} x2={box.right} />
          <text class="xai-s-tick" x={box.left - 6} y={4} text-anchor="end">
            {text(value)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Names that stand beside each other as far as they are short; else each is cut, and stands where there is room. */
export function BottomAxis({
  box,
  x,
  ticks,
  at,
  lines,
}: {
  box: Box;
  x: Scale;
  ticks: Tick[];
  at: number;
  lines?: boolean;
}) {
  const room = ticks.length > 1 ? Math.abs(x(ticks[1]!.at) - x(ticks[0]!.at)) : box.right - box.left;
  const least = 34;
  const every = Math.max(1, Math.ceil(least / Math.max(1, room)));
  const most = Math.max(3, Math.floor((room * every) / LETTER) - 1);
  return (
    <g>
      {ticks.map(({ at: value, text }, i) => {
        if (i % every) return null;
        const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
        // What would stick out at an edge stands beside its line.
        const half = (shown.length * LETTER) / 2;
        const place = Math.min(box.right + 10 - half, Math.max(box.left - 20 + half, x(value)));
        return (
          <g key={value}>
            {lines && <line class="xai-s-grid" x1={x(value)} x2={x(value)} y1={box.top} y2={box.bottom} />}
            <text class="xai-s-tick" x={place} y={at} text-anchor="middle">
              {shown}
              <title>{text}</title>
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Names at the left, of rows as high as `room`. */
export function LeftNames({ box, y, ticks, room }: { box: Box; y: Scale; ticks: Tick[]; room: number }) {
  const every = Math.max(1, Math.ceil(LINE / Math.max(1, room)));
  const most = Math.floor(box.left / LETTER);
  return (
    <g>
      {ticks.map(({ at, text }, i) =>
        i % every ? null : (
          <text key={at} class="xai-s-tick" x={box.left - 6} y={y(at) + 4} text-anchor="end">
            {text.length > most ? `${text.slice(0, most - 1)}…` : text}
            <title>{text}</title>
          </text>
        ),
      )}
    </g>
  );
}
