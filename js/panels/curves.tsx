// Curves of a measure in one small chart: told apart by their strokes, not by colour alone.
import { translated } from "../core/language";
import { meanOf, pointsOf } from "../core/trust/measures";
import type { Measure } from "../core/trust/types";
import { trustWords } from "../core/trust/words";

const [WIDTH, HEIGHT] = [260, 120];

export function Curves({ measure: { name: measured, title, curves } }: { measure: Measure }) {
  const means = curves.map((one): [string, number] => [trustWords.curves[one.name] ?? one.name, meanOf(one)]);
  return (
    <figure class="xai-curves">
      <svg
        viewBox={`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`}
        role="img"
        aria-label={trustWords.curvesOf(translated(title), means)}
      >
        <path class="xai-axes" d={`M0,0V${HEIGHT}H${WIDTH}`} />
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
