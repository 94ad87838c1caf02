// Codes to pixels. The look of a pixel depends on its code alone, so a table of 65536 colours is made once
// per change of display and each pixel costs one look-up.
import { type Grid, NAN_CODE, TOP_CODE, valueAt } from "../arrays";
import { alphaOf, type Look, positionOf } from "../paint";
import { passes } from "../ranking";

const SOLIDITIES = 4096;
let solidities: { opacity: number; alphas: Uint8Array } | null = null;

/** How solid each strength is drawn, of 255: it takes longer than all else that is done for a colour. */
function alphasAt(opacity: number): Uint8Array {
  if (solidities?.opacity !== opacity) {
    const at = (_: unknown, i: number) => Math.round(255 * alphaOf(i / SOLIDITIES, opacity));
    solidities = { opacity, alphas: Uint8Array.from({ length: SOLIDITIES + 1 }, at) };
  }
  return solidities.alphas;
}

/** Fills `table` if it is given. */
export function colourTable(grid: Grid, look: Look, table = new Uint32Array(65536)): Uint32Array {
  const { lo, hi } = grid;
  const { scale, sign } = look;
  const { cut } = look.kept;
  const { colours } = look.palette;
  const alphas = alphasAt(look.opacity);
  for (let code = 0; code <= TOP_CODE; code++) {
    const v = valueAt(code, lo, hi);
    const size = Math.abs(v);
    if (size < cut || !passes(v, sign)) {
      table[code] = 0;
      continue;
    }
    const i = Math.round(positionOf(v, look) * 256) * 3;
    const alpha = alphas[Math.round(Math.min(1, size / scale) * SOLIDITIES)]!;
    table[code] = (alpha << 24) | (colours[i + 2]! << 16) | (colours[i + 1]! << 8) | colours[i]!;
  }
  table[NAN_CODE] = 0;
  return table;
}

const HATCH_DARK = 0xff606060;
const HATCH_LIGHT = 0xb0d8d8d8;

/** Fills `out` (one RGBA word a pixel). Pixels that are not numbers are hatched. */
export function paint(grid: Grid, table: Uint32Array, out: Uint32Array, missing: boolean): void {
  const { codes, width } = grid;
  for (let i = 0; i < codes.length; i++) out[i] = table[codes[i]!]!;
  if (!missing) return;
  for (let i = 0; i < codes.length; i++)
    if (codes[i] === NAN_CODE) out[i] = ((i % width) + Math.floor(i / width)) % 4 ? HATCH_LIGHT : HATCH_DARK;
}
