// The colour bar with its numbers. Drawn as it appears over a grey photo, so it can be matched by eye.
import { useLayoutEffect, useRef } from "preact/hooks";
import { short } from "../core/format";
import { type Look, legendColour, positionOf } from "../core/paint";
import { words } from "../core/words";

const WIDTH = 256;

export function paintBar(
  ctx: CanvasRenderingContext2D,
  look: Look,
  x: number,
  y: number,
  width: number,
  height: number,
  colour = (position: number) => legendColour(look, position, 172),
) {
  for (let i = 0; i < width; i++) {
    ctx.fillStyle = colour((i + 0.5) / width);
    ctx.fillRect(x + i, y, 1, height);
  }
}

export function ends(look: Look): [string, string, string] {
  const most = short(look.scale);
  const more = look.clipped ? "≥ " : "";
  const less = look.clipped ? "≤ " : "";
  if (look.palette.kind === "sequential") return ["0", words.legendStrength, `${more}${most}`];
  return [`${less}−${most}`, words.legendSigned, `${more}+${most}`];
}

export function Legend(props: {
  look: Look;
  title: string;
  value: number | null;
  missing?: boolean;
  /** How a place on the bar looks, where it is not laid over a photo. */
  colour?: (position: number) => string;
  /** What stands at the low end, in the middle and at the high end, where the values do not tell. */
  ends?: [string, string, string];
  /** What either end means, in a line of its own. */
  sides?: [string, string];
}) {
  const { look, value, colour } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const ctx = canvas.current?.getContext("2d");
    if (ctx) paintBar(ctx, look, 0, 0, WIDTH, 1, colour);
  }, [colour ?? look]);
  const [low, middle, high] = props.ends ?? ends(look);
  const at = value !== null && !Number.isNaN(value) ? positionOf(value, look) * 100 : null;
  return (
    <div class="xai-legend" title={look.clipped ? words.legendClipped : undefined}>
      <span class="xai-legend-title">{props.title}</span>
      <div class="xai-legend-bar">
        <canvas ref={canvas} width={WIDTH} height={1} role="img" aria-label={words.legendLabel(low, high)} />
        {at !== null && <span class="xai-legend-mark" style={{ left: `${at}%` }} />}
      </div>
      <div class="xai-legend-ends">
        <span>{low}</span>
        <span class="xai-faint">{middle}</span>
        <span>{high}</span>
      </div>
      {props.sides && (
        <div class="xai-legend-sides xai-faint">
          <span>◂ {props.sides[0]}</span>
          <span>{props.sides[1]} ▸</span>
        </div>
      )}
      {props.missing && <span class="xai-faint">{words.legendMissing}</span>}
    </div>
  );
}
