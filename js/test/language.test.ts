// Words follow the language on show, and whoever read them is told.
import { computed } from "@preact/signals-core";
import { afterEach, expect, test } from "vitest";
import { short } from "../core/format";
import { type Language, language, translated, wanted } from "../core/language";
import { textWords } from "../core/text/words";
import { words } from "../core/words";
import { translatedSpec } from "../host/language";
import chinese from "../languages/zh";

afterEach(() => {
  language.value = null;
});

test("what was read in one language is read anew in the other", () => {
  const title = computed(() => `${words.cancel} ${textWords.searchChanges(3)} ${short(Number.NaN)}`);
  expect(title.value).toBe("Cancel 3 changes not a number");
  language.value = chinese;
  expect(title.value).toBe("取消 3 处改动 不是数字");
  language.value = null;
  expect(title.value).toBe("Cancel 3 changes not a number");
});

test("a word that a catalogue lacks stays English", () => {
  language.value = { ...chinese, words: {} as Language["words"] };
  expect(words.cancel).toBe("Cancel");
  expect(translated("a sentence with 3 numbers")).toBe("a sentence with 3 numbers");
});

test("methods and sliders are named in the language, and found by their own names", () => {
  const sentence = "Where would a tiny change move the score most?";
  const parameter = { name: "n_steps", sentence: "What covers the window." } as never;
  const method = { name: "saliency", title: "Saliency", family: "Gradients", sentence, why_not: null };
  const spec = { v: 1, kind: "image", version: "", labels: ["cat"], methods: [{ ...method, parameters: [parameter] }] };
  expect(translatedSpec(spec)).toBe(spec);
  language.value = chinese;
  const [told] = translatedSpec(spec).methods;
  expect(told).toMatchObject({ name: "saliency", title: "显著图", family: "梯度", why_not: null });
  expect(told?.parameters[0]).toEqual({ name: "n_steps", sentence: "窗口用什么覆盖。" });
  expect(translatedSpec(spec).labels).toEqual(["cat"]);
});

test.each([
  [{ lang: "zh-CN", jupyter: true }, "en-US", "zh"],
  [{ lang: "en", jupyter: true }, "zh-CN", "en"],
  [{ lang: "en", jupyter: false }, "zh_CN", "zh"],
  [{ lang: "", jupyter: true }, "zh-CN", "en"],
])("JupyterLab's setting comes before the browser's: %o, %s", (page, browser, expected) => {
  expect(wanted(page, browser)).toBe(expected);
});
