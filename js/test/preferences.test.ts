// What is set in JupyterLab: the words of the settings, and what views make of what stands on the page.
import { afterEach, expect, test, vi } from "vitest";
import look from "../../xai_widgets/export/look.json";
import { colormapOf, PALETTES } from "../core/palette";
import { MOST_RATE, preferences, preferencesOf } from "../core/preferences";
import { preferred } from "../host/preferences";
import schema from "../lab/settings/schema/settings.json";
import { worded } from "../lab/settings/worded";

const page = { documentElement: { lang: "en" } };
vi.stubGlobal("document", page);

afterEach(() => {
  preferences.value = null;
  page.documentElement.lang = "en";
});

test("the schema offers what there is", () => {
  const { colormap, rate } = schema.properties;
  expect([...colormap.enum].sort()).toEqual([...PALETTES].sort());
  expect([colormap.default, rate.default, rate.maximum]).toEqual([look.diverging, MOST_RATE, MOST_RATE]);
});

test.each(["en", "zh-CN"])("every setting and choice has words in %s", (lang) => {
  page.documentElement.lang = lang;
  const { title, properties } = worded(schema as Parameters<typeof worded>[0]);
  const said = Object.values(properties!).flatMap((one) => [
    one.title,
    one.description,
    ...((one.oneOf ?? []) as { title: string }[]).map((choice) => choice.title),
  ]);
  expect(said).toHaveLength(4 * 2 + 3 + 2);
  for (const text of [title, ...said]) expect(/[\u4e00-\u9fff]/.test(text!)).toBe(lang !== "en");
  expect(Object.keys(properties!)).toEqual(Object.keys(schema.properties));
});

test("a kernel is told what it does not do anyway", () => {
  expect(preferred()).toEqual({});
  preferences.value = preferencesOf('{"version": "1", "rate": 20, "bits": 16, "colormap": "ember"}');
  expect(preferred()).toEqual({});
  preferences.value = preferencesOf('{"version": "1", "rate": 4, "bits": 8}');
  expect(preferred()).toEqual({ rate: 4, bits: 8 });
});

test("the colours set are those of maps for which none were chosen", () => {
  expect(colormapOf({ colormap: null })).toBe(look.diverging);
  preferences.value = preferencesOf('{"version": "1", "colormap": "ember"}');
  expect([colormapOf({ colormap: null }), colormapOf({ colormap: "purple_orange" })]).toEqual([
    "ember",
    "purple_orange",
  ]);
});

test.each([undefined, "", "{", "null", "3", '{"rate": 1}'])("%s on the page sets nothing", (text) => {
  expect(preferencesOf(text)).toBe(null);
});

test("what no settings editor lets through is as if it were not set", () => {
  const odd = preferencesOf('{"version": "1", "rate": 1e9, "bits": 3, "colormap": null}');
  expect(odd).toEqual({ version: "1", rate: MOST_RATE, bits: 16, colormap: "" });
  expect(preferencesOf('{"version": "1", "rate": 0}')?.rate).toBe(MOST_RATE);
});
