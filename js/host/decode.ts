// Messages as the views use them: arrays decoded once, ranked once.
import { decodeBytes, decodeFloats, decodeGrid, type Grid } from "../core/arrays";
import { OPACITY } from "../core/look";
import type { Asked, Bytes, Display, MapMessage, PredictionMessage, Request, State, Task } from "../core/types";

export interface ShownMap {
  id: number;
  grid: Grid;
  info: MapMessage;
}

export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

export interface Prediction {
  id: number;
  target: Asked;
  label: string;
  task: Task;
  probabilities: Float32Array;
  original: Float32Array;
  picture: Picture | null;
}

export function decodeMap(message: MapMessage, buffers: readonly Bytes[]): ShownMap {
  const grid = decodeGrid(message.values, buffers);
  return { id: message.id, grid, info: message };
}

export function decodePrediction(message: PredictionMessage, buffers: readonly Bytes[]): Prediction {
  const { id, target, label, picture } = message;
  const [height, width] = picture?.shape ?? [];
  return {
    id,
    target,
    label,
    task: message.task,
    probabilities: decodeFloats(message.probabilities, buffers),
    original: decodeFloats(message.original, buffers),
    picture: picture && width && height ? { width, height, rgb: decodeBytes(picture, buffers) } : null,
  };
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
const REQUEST: Request = { method: "", params: {}, target: null, edits: [] };

/** What is missing or null is left to the view. */
function completeDisplay(given: Partial<Record<keyof Display, unknown>> | undefined): Display {
  const said = Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return { ...DISPLAY, ...Object.fromEntries(said) };
}

/** A state with every field there, whatever the trait held. */
export function completeState(value: unknown): State {
  const state = (value && typeof value === "object" ? value : {}) as Partial<State>;
  return {
    request: { ...REQUEST, ...state.request },
    compare: state.compare ? { ...REQUEST, ...state.compare } : null,
    display: completeDisplay(state.display),
    id: state.id ?? 0,
  };
}
