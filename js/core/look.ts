// How maps look, in one file for both sides: Python reads the same JSON.
import look from "../../xai_widgets/export/look.json";

export type PaletteKind = "sequential" | "diverging";

export const RAMPS = look.ramps as Record<string, { kind: PaletteKind; anchors: string[] }>;
export const {
  sequential: SEQUENTIAL,
  diverging: DIVERGING,
  difference: DIFFERENCE,
  quantile: RANGE,
  opacity: OPACITY,
} = look;
export const SMOOTHING = look.smoothing;
export const WASH = look.wash;
