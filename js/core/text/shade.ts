// Shades behind text: the same colours as on photos, in an order of lightness that suits the page, and letters that
// can be read on each of them.
import { Lru } from "../lru";
import { alphaOf, type Look, positionOf } from "../paint";
import { colourAt, type Rgb, STEPS } from "../palette";
import { passes } from "../ranking";

export interface Page {
  paper: Rgb;
  ink: Rgb;
}

export interface Shade {
  paper: Rgb;
  ink: Rgb;
}

/** What WCAG asks of text. */
export const READABLE = 4.5;
/** On a dark page the strongest colour is this far along the ramp, where it is brightest and still has a hue. */
const BRIGHT = 0.5;

export function luminance([r, g, b]: Rgb): number {
  const linear = (c: number) => (c <= 10.31475 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export function contrast(a: Rgb, b: Rgb): number {
  const [p, q] = [luminance(a), luminance(b)];
  return (Math.max(p, q) + 0.05) / (Math.min(p, q) + 0.05);
}

export function isDark({ paper }: Page): boolean {
  return luminance(paper) < 0.18;
}

function inkOn(paper: Rgb, ink: Rgb): Rgb {
  if (contrast(paper, ink) >= READABLE) return ink;
  const [black, white]: [Rgb, Rgb] = [
    [0, 0, 0],
    [255, 255, 255],
  ];
  return contrast(paper, black) >= contrast(paper, white) ? black : white;
}

/** The full colour of a place on the ramp, 0..1. */
function hue(look: Look, position: number, dark: boolean): Rgb {
  // The sequential ramp goes from dark to bright: on a bright page the dark end is the strong one.
  if (look.palette.kind === "sequential") return colourAt(look.palette, dark ? position : 1 - position);
  const side = position - 0.5;
  return colourAt(look.palette, dark && side !== 0 ? 0.5 + Math.sign(side) * 0.5 * BRIGHT : position);
}

function strengthAt(look: Look, position: number): number {
  return look.palette.kind === "sequential" ? position : Math.abs(position - 0.5) * 2;
}

export function shadeAt(look: Look, position: number, page: Page): Shade {
  const alpha = alphaOf(strengthAt(look, position), look.opacity);
  const colour = hue(look, position, isDark(page));
  const paper = colour.map((c, i) => Math.round(page.paper[i]! + alpha * (c - page.paper[i]!))) as Rgb;
  return { paper, ink: inkOn(paper, page.ink) };
}

export function rgb([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

/** Of what a browser says of a colour. */
export function rgbOf(css: string): Rgb {
  const [r = 0, g = 0, b = 0] = (css.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

/** A colour that is seen against the page as a line is. */
export function lineAt(look: Look, position: number, page: Page): string {
  const dark = isDark(page);
  if (look.palette.kind === "sequential") return rgb(colourAt(look.palette, dark ? 0.75 : 0.4));
  return rgb(colourAt(look.palette, 0.5 + Math.sign(position - 0.5) * (dark ? 0.25 : 0.4)));
}

/** Of a value; −1 for one that is not shown. */
export function levelOf(value: number, look: Look): number {
  if (Number.isNaN(value) || Math.abs(value) < look.kept.cut || !passes(value, look.sign)) return -1;
  return Math.round(positionOf(value, look) * (STEPS - 1));
}

const THICKEST = 6;

type Marks = "shade" | "underline";

/** Maps come faster than colours change: of looks that differ in nothing that is drawn here, the same is returned again. */
function remembered<V>(make: (look: Look, page: Page, marks: Marks) => V): typeof make {
  const known = new Lru<V>(8);
  return (look, page, marks) => {
    const key = [look.palette.name, look.opacity, page.paper, page.ink, marks].join(" ");
    const found = known.get(key) ?? make(look, page, marks);
    known.put(key, found);
    return found;
  };
}

/** The colour of each place on a bar of the shades, 0..1. */
export const barOf = remembered((look, page) => (position: number) => rgb(shadeAt(look, position, page).paper));

/** The style of each level, as CSS. Underlines tell strength by thickness and direction by being broken. */
export const stylesOf = remembered((look, page, marks) =>
  Array.from({ length: STEPS }, (_, level) => {
    const position = level / (STEPS - 1);
    if (marks === "shade") {
      const { paper, ink } = shadeAt(look, position, page);
      return `background-color:${rgb(paper)};color:${rgb(ink)}`;
    }
    const strength = strengthAt(look, position);
    if (strength < 0.02) return "";
    const against = look.palette.kind === "diverging" && position < 0.5;
    const thick = Math.max(1, Math.round(THICKEST * strength));
    return `text-decoration:underline ${against ? "dashed" : "solid"} ${lineAt(look, position, page)} ${thick}px`;
  }),
);
