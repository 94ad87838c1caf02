// Classes with their scores: one button a row, so that a click or Enter asks about the class.
import { change } from "../core/format";
import type { Row } from "../core/scores";
import { words } from "../core/words";

interface BarsProps {
  rows: Row[];
  labels: readonly string[];
  explained: number | null;
  foil: number | null;
  /** True while the photo is edited: changes are shown. */
  edited: boolean;
  /** Plain values rather than probabilities. */
  plain: boolean;
  text: (value: number) => string;
  /** Whether a class can be asked about. */
  can: (index: number) => boolean;
  onPick: (index: number) => void;
}

/** By how much a score changed, or nothing where that is not known. */
export function Delta({ by, plain }: { by: number | null; plain: boolean }) {
  if (by === null || Number.isNaN(by)) return <span class="xai-delta" />;
  const text = change(by, plain);
  return (
    <span
      class={`xai-delta${text.startsWith("=") ? " xai-faint" : ""}`}
      title={plain ? words.change : words.percentagePoints}
    >
      {text}
    </span>
  );
}

export function Bars(props: BarsProps) {
  const { rows, edited, plain } = props;
  const most = plain ? Math.max(1e-12, ...rows.flatMap((r) => [Math.abs(r.value), Math.abs(r.original)])) : 1;
  const share = (v: number) => `${Math.min(100, (Math.abs(v) / most) * 100)}%`;
  return (
    <ul class={`xai-bars${edited ? " xai-bars-edited" : ""}`}>
      {rows.map((row) => {
        const label = props.labels[row.index] ?? String(row.index);
        const role = row.index === props.explained ? words.explained : row.index === props.foil ? words.foil : "";
        return (
          <li key={row.index} class="xai-bars-item">
            <button
              type="button"
              class="xai-bar"
              aria-pressed={row.index === props.explained}
              disabled={!props.can(row.index)}
              title={words.explainClass(label)}
              onClick={() => props.onPick(row.index)}
            >
              <span class="xai-bar-label">
                <span class="xai-bar-name">{label}</span>
                {role !== "" && <span class="xai-tag">{role}</span>}
              </span>
              <span class="xai-bar-value">{props.text(row.value)}</span>
              {edited && <Delta by={row.value - row.original} plain={plain} />}
              <span class="xai-bar-track">
                <span class="xai-bar-fill" style={{ width: share(row.value) }} />
                {edited && (
                  <span class="xai-bar-tick" style={{ left: share(row.original) }} title={words.originalTick} />
                )}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
