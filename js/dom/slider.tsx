// A slider with its value in a number field: drag roughly, type exactly.
import { words } from "../core/words";
import { Exact } from "./exact";
import { useIds } from "./hooks";

interface SliderProps {
  label: string;
  low: number;
  high: number;
  step: number;
  value: number;
  unit?: string;
  /** The value that changes nothing; 0 unless given. */
  rest?: number;
  title?: string;
  disabled?: boolean;
  /** Shown instead of the number field. */
  shown?: string;
  onInput: (value: number) => void;
  /** The drag is over. */
  onDone?: () => void;
}

function clamp(value: number, props: SliderProps): number {
  const inside = Math.min(props.high, Math.max(props.low, value));
  return props.step === 1 ? Math.round(inside) : inside;
}

export function Slider(props: SliderProps) {
  const { id } = useIds("id");
  // The bar grows from the value at rest, so that an untouched slider shows none.
  const at = (value: number) => ((clamp(value, props) - props.low) / (props.high - props.low || 1)) * 100;
  const [from, to] = [at(props.rest ?? 0), at(props.value)].sort((a, b) => a - b);
  const shown = Number(props.value.toPrecision(6));
  const commit = (typed: number) => {
    if (!Number.isFinite(typed)) return;
    props.onInput(clamp(typed, props));
    props.onDone?.();
  };
  return (
    <div class="xai-slider" title={props.title}>
      <label class="xai-label" for={id}>
        {props.label}
      </label>
      <input
        id={id}
        class="xai-range"
        type="range"
        min={props.low}
        max={props.high}
        step={props.step}
        value={props.value}
        disabled={props.disabled}
        aria-valuetext={props.shown ?? `${shown}${props.unit ? ` ${props.unit}` : ""}`}
        style={{ "--xai-from": `${from}%`, "--xai-to": `${to}%` }}
        onInput={(e) => props.onInput(e.currentTarget.valueAsNumber)}
        onChange={() => props.onDone?.()}
      />
      {props.shown !== undefined ? (
        <output class="xai-number-text" for={id}>
          {props.shown}
        </output>
      ) : (
        <span class="xai-number-box">
          <Exact
            aria-label={words.exactValue(props.label)}
            min={props.low}
            max={props.high}
            shown={String(shown)}
            disabled={props.disabled}
            onCommit={commit}
          />
          <span class="xai-unit">{props.unit || null}</span>
        </span>
      )}
    </div>
  );
}
