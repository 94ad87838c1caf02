// Messages as the views use them: arrays decoded once, ranked once. What is particular to one kind of input is its reader's.
import type { Grid } from "../core/arrays";
import { OPACITY } from "../core/look";
import type {
  AnyEdit,
  Asked,
  BaseSpec,
  Bytes,
  Display,
  MapMessage,
  PredictionMessage,
  Request,
  State,
  Task,
} from "../core/types";

export interface ShownMap {
  id: number;
  grid: Grid;
  info: MapMessage;
}

export interface Prediction {
  id: number;
  target: Asked;
  label: string;
  task: Task;
  probabilities: Float32Array;
  original: Float32Array;
  /** These are the scores of an edited input. */
  edited: boolean;
}

/** What the widgets of one kind of input deal in. */
export interface Kind {
  spec: BaseSpec;
  edit: AnyEdit;
  display: Display;
  map: ShownMap;
  prediction: Prediction;
}

export interface Reader<K extends Kind> {
  /** How it is shown where nobody said. */
  display: K["display"];
  map(message: MapMessage, buffers: readonly Bytes[]): K["map"];
  prediction(message: PredictionMessage, buffers: readonly Bytes[], spec: K["spec"]): K["prediction"];
}

export const DISPLAY: Display = {
  opacity: OPACITY,
  mass: 1,
  sign: "both",
  colormap: null,
  scale: null,
  layout: null,
  curtain: null,
  smooth: null,
};
const REQUEST: Request<never> = { method: "", params: {}, target: null, edits: [] };

/** What is missing or null is left to the view. */
function completeDisplay<D extends object>(given: object | undefined, defaults: D): D {
  const said = Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}

/** A state with every field there, whatever the trait held. */
export function completeState<K extends Kind>(
  value: unknown,
  defaults: K["display"],
): State<K["edit"], K["display"]> & { versions?: unknown } {
  const state = (value && typeof value === "object" ? value : {}) as Partial<State<K["edit"], K["display"]>>;
  return {
    ...state,
    request: { ...REQUEST, ...state.request },
    compare: state.compare ? { ...REQUEST, ...state.compare } : null,
    display: completeDisplay(state.display, defaults),
    id: state.id ?? 0,
  };
}
