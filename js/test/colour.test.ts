import { describe, expect, it } from "vitest";
import { quantise } from "../core/arrays";
import { colourTable, paint } from "../core/image/colours";
import { alphaOf, lookOf, pickPalette, positionOf } from "../core/paint";
import { colourAt, PALETTES, palette, type Rgb, STEPS } from "../core/palette";
import type { Display } from "../core/types";

const DISPLAY: Display = {
  opacity: 0.5,
  mass: 1,
  sign: "both",
  colormap: "blue_orange",
  scale: null,
  layout: null,
  curtain: null,
  smooth: null,
};

function toOklab(colour: Rgb): Rgb {
  const linear = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const [r, g, b] = linear as Rgb;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Machado, Oliveira and Fernandes 2009, full loss of one kind of cone, on linear light. */
const LOSSES: Record<string, number[]> = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
};

function seenBy(loss: string, rgb: Rgb): Rgb {
  const linear = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const m = LOSSES[loss]!;
  return [0, 3, 6].map((r) => {
    const v = Math.min(1, Math.max(0, m[r]! * linear[0]! + m[r + 1]! * linear[1]! + m[r + 2]! * linear[2]!));
    return 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
  }) as Rgb;
}

function distance(a: Rgb, b: Rgb): number {
  const [p, q] = [toOklab(a), toOklab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const lightness = (name: string) =>
  Array.from({ length: STEPS }, (_, i) => toOklab(colourAt(palette(name), i / 256))[0]);

describe.each(PALETTES)("%s", (name) => {
  it("changes lightness one way from its neutral end", () => {
    const light = lightness(name);
    const rising = palette(name).kind === "sequential" ? light : light.slice(0, 129);
    const falling = palette(name).kind === "sequential" ? [] : light.slice(128);
    rising.slice(1).forEach((l, i) => {
      expect(l).toBeGreaterThan(rising[i]! - 0.004);
    });
    falling.slice(1).forEach((l, i) => {
      expect(l).toBeLessThan(falling[i]! + 0.004);
    });
    expect(Math.max(...light) - Math.min(...light)).toBeGreaterThan(0.35);
  });

  it.each(["nobody", ...Object.keys(LOSSES)])("keeps its ends and quarters apart for %s", (who) => {
    const see = (rgb: Rgb) => (who === "nobody" ? rgb : seenBy(who, rgb));
    for (const [a, b] of [
      [0, 1],
      [0.25, 0.75],
      [0, 0.5],
      [0.5, 1],
    ] as const)
      expect(distance(see(colourAt(palette(name), a)), see(colourAt(palette(name), b)))).toBeGreaterThan(0.14);
  });
});

it("a diverging map is neutral at zero and as dark at both ends", () => {
  for (const name of PALETTES.filter((n) => palette(n).kind === "diverging")) {
    const [, a, b] = toOklab(colourAt(palette(name), 0.5));
    expect(Math.hypot(a, b)).toBeLessThan(0.01);
    const light = lightness(name);
    expect(Math.abs(light[0]! - light[256]!)).toBeLessThan(0.08);
  }
});

describe("painting", () => {
  const grid = quantise([-1, -0.5, 0, 0.5, 1, Number.NaN, 0.25, -0.25], 4, 2);
  const pixels = (change: Partial<Display>) => {
    const out = new Uint32Array(8);
    const look = lookOf(grid, { ...DISPLAY, ...change });
    paint(grid, colourTable(grid, look), out, true);
    return [...out].map((word) => ({ r: word & 255, g: (word >> 8) & 255, b: (word >> 16) & 255, a: word >>> 24 }));
  };

  it("gives opposite signs opposite colours and as much solidity", () => {
    const [minus, , , , plus] = pixels({});
    expect(minus!.b).toBeGreaterThan(minus!.r);
    expect(plus!.r).toBeGreaterThan(plus!.b);
    expect(minus!.a).toBe(plus!.a);
  });

  it("hides what the sign and the threshold leave out", () => {
    const alphas = (change: Partial<Display>) => pixels({ opacity: 1, ...change }).map((p) => p.a > 0);
    expect(alphas({})).toEqual([true, true, true, true, true, true, true, true]);
    expect(alphas({ sign: "positive" }).slice(0, 5)).toEqual([false, false, false, true, true]);
    expect(alphas({ sign: "negative" }).slice(3, 5)).toEqual([false, false]);
    expect(alphas({ mass: 0.4 })).toEqual([true, false, false, false, true, true, false, false]);
  });

  it("hatches what is not a number", () => {
    expect(pixels({ mass: 0.1 })[5]!.a).toBeGreaterThan(0);
  });

  it("takes the one-way map for strength and for maps of one sign", () => {
    expect(pickPalette(grid, { ...DISPLAY, sign: "absolute" }).kind).toBe("sequential");
    expect(pickPalette(quantise([0, 1], 2, 1), DISPLAY).kind).toBe("sequential");
    expect(pickPalette(grid, { ...DISPLAY, colormap: "no such map" }).kind).toBe("diverging");
  });

  it("keeps zero in the middle whatever the range", () => {
    const look = lookOf(quantise([-0.1, 3], 2, 1), DISPLAY);
    expect(positionOf(0, look)).toBe(0.5);
    expect(positionOf(99, look)).toBe(1);
  });

  it("fades from nothing to all", () => {
    expect([alphaOf(0.5, 0), alphaOf(0, 0.5), alphaOf(0.3, 0.5), alphaOf(0, 1), alphaOf(1, 0.2)]).toEqual([
      0,
      0,
      expect.closeTo(0.3),
      1,
      1,
    ]);
  });
});
