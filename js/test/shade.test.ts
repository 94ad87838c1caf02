// Text on every shade can be read, and shades grow stronger one way.
import { describe, expect, it } from "vitest";
import { quantise } from "../core/arrays";
import { lookOf } from "../core/paint";
import { PALETTES } from "../core/palette";
import { contrast, levelOf, luminance, type Page, rgbOf, shadeAt, stylesOf } from "../core/text/shade";
import type { Display } from "../core/types";
import { DISPLAY } from "../host/decode";

const PAGES: Record<string, Page> = {
  light: { paper: [255, 255, 255], ink: [28, 31, 35] },
  dark: { paper: [17, 17, 17], ink: [232, 234, 237] },
  grey: { paper: [40, 44, 52], ink: [171, 178, 191] },
};
const GRID = quantise([-1, -0.5, 0, 0.25, 1, Number.NaN], 6, 1);
const look = (change: Partial<Display>) => lookOf(GRID, { ...DISPLAY, ...change });

describe.each(Object.entries(PAGES))("on a %s page", (_, page) => {
  const looks = [
    ...PALETTES.flatMap((colormap) => [0, 0.3, 0.6, 1].map((opacity) => look({ colormap, opacity }))),
    look({ sign: "absolute" }),
  ];

  it("every letter has a contrast of 4.5 to its shade", () => {
    for (const one of looks)
      for (let i = 0; i <= 256; i++) {
        const { paper, ink } = shadeAt(one, i / 256, page);
        expect(contrast(paper, ink), `${one.palette.name} ${one.opacity} ${i}`).toBeGreaterThanOrEqual(4.5);
      }
  });

  it("a stronger value is further from the page", () => {
    for (const one of looks.filter(({ opacity }) => opacity > 0 && opacity < 1)) {
      const from = one.palette.kind === "sequential" ? [0] : [128, -128];
      for (const half of from) {
        const far = Array.from({ length: 9 }, (_, k) => {
          const position = one.palette.kind === "sequential" ? k / 8 : 0.5 + (Math.sign(half) * k) / 16;
          return Math.abs(luminance(shadeAt(one, position, page).paper) - luminance(page.paper));
        });
        for (let k = 1; k < far.length; k++)
          expect(far[k], `${one.palette.name} ${one.opacity} ${k}`).toBeGreaterThan(far[k - 1]! - 0.02);
        expect(far[8]).toBeGreaterThan(far[2]! + 0.1);
      }
    }
  });
});

describe("levels", () => {
  it("leave out what is not a number, not kept or of the other sign", () => {
    const kept = look({ mass: 0.5 });
    expect([-1, 0.25, Number.NaN, 1].map((value) => levelOf(value, kept))).toEqual([0, -1, -1, 256]);
    expect([-1, 0.25].map((value) => levelOf(value, look({ sign: "positive" })))).toEqual([-1, 160]);
    expect(levelOf(0, look({}))).toBe(128);
  });

  it("tell direction and strength of a line without colour", () => {
    const styles = stylesOf(look({}), PAGES.light!, "underline");
    expect([styles[0], styles[256], styles[128]].map((style) => style!.replace(/rgb\([^)]*\)/, "C"))).toEqual([
      "text-decoration:underline dashed C 6px",
      "text-decoration:underline solid C 6px",
      "",
    ]);
    expect(styles[160]).toMatch(/ 2px$/);
  });
});

it("reads what a browser says of a colour", () => {
  expect(rgbOf("rgb(1, 22, 255)")).toEqual([1, 22, 255]);
  expect(rgbOf("rgba(1, 2, 3, 0.5)")).toEqual([1, 2, 3]);
});

it("shades that were coloured before turn grey", () => {
  for (const colormap of PALETTES) {
    const [coloured, grey] = [false, true].map((off) => lookOf(GRID, { ...DISPLAY, colormap }, off));
    expect(stylesOf(coloured!, PAGES.light!, "shade").at(-1)).not.toMatch(/^background-color:rgb\((\d+) \1 \1\)/);
    expect(stylesOf(grey!, PAGES.light!, "shade").at(-1)).toMatch(/^background-color:rgb\((\d+) \1 \1\)/);
  }
});
