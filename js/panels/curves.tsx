// Curves of a measure in one small chart: told apart by their strokes, not by colour alone.
import { short } from "../core/format";
import { translated } from "../core/language";
import { ticks } from "../core/population/axes";
import { boxOf, meanOf, pointsOf } from "../core/trust/measures";
import type { Measure } from "../core/trust/types";
import { trustWords } from "../core/trust/words";

const [WIDTH, HEIGHT] = [260, 120];
/** For the numbers at the left and below. */
const [ASIDE, BELOW, UP] = [30, 16, 6];

export function Curves({ measure: { name: measured, title, curves } }: { measure: Measure }) {
  const means = curves.map((one): [string, number] => [trustWords.curves[one.name] ?? one.name, meanOf(one)]);
  const { left, right, low, top } = boxOf(curves);
  return (
    <figure class="xai-curves">
      <svg
        viewBox={`${-ASIDE} ${-UP} ${WIDTH + ASIDE + UP} ${HEIGHT + BELOW + UP}`}
        role="img"
        aria-label={trustWords.curvesOf(translated(title), means)}
      >
        <path class="xai-axes" d={`M0,0V${HEIGHT}H${WIDTH}`} />
        <g class="xai-axis-numbers">
          {ticks(low, top, 2).map((one) => (
            <text key={one} x={-5} y={HEIGHT * (1 - (one - low) / (top - low)) + 4} text-anchor="end">
              {short(one)}
            </text>
          ))}
          {ticks(left, right, 2).map((one) => (
            <text key={one} x={(WIDTH * (one - left)) / (right - left || 1)} y={HEIGHT + 14} text-anchor="middle">
              {short(one)}
            </text>
          ))}
        </g>
        {curves.map((one, i) => (
          <polyline key={one.name} class={`xai-curve xai-curve-${i}`} points={pointsOf(one, curves, WIDTH, HEIGHT)} />
        ))}
      </svg>
      <figcaption>
        <p class="xai-finding-more">{trustWords.axes[measured]}</p>
        {means.map(([name], i) => (
          <span key={name}>
            <svg class="xai-key" viewBox="0 0 22 6" aria-hidden="true">
              <path class={`xai-curve xai-curve-${i}`} d="M0,3H22" />
            </svg>
            {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
