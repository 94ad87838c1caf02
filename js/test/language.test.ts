// Words follow the language on show, and whoever read them is told.
import { computed } from "@preact/signals-core";
import { afterEach, expect, test } from "vitest";
import { short } from "../core/format";
import { language, translated, wanted } from "../core/language";
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
  language.value = { ...chinese, words: {} };
  expect(words.cancel).toBe("Cancel");
  expect(translated("a sentence with 3 numbers")).toBe("a sentence with 3 numbers");
});

test("a name that every object has is a name", () => {
  language.value = chinese;
  for (const name of ["constructor", "toString", "__proto__"]) expect(translated(name)).toBe(name);
});

test("numbers and names keep their places in a sentence, and names that are known are translated", () => {
  const cost = "Cost: 12 forward and 3 backward passes, 0.5 s";
  expect(translated(cost)).toBe(cost);
  language.value = { ...chinese, kernel: { ...chinese.kernel, "Some.method+": "某法" } };
  expect(translated(cost)).toBe("用量：前向 12 次，反向 3 次，0.5 秒");
  expect(translated("Method: Some.method+ (some)")).toBe("方法：某法（some）");
  expect(translated("Layer: a$1.b{}.")).toBe("层：a$1.b{}。");
  const maps = "Maps: kept in 254 steps from their least to their largest value";
  expect(translated(maps)).toBe("图：从最小值到最大值分 254 级保存");
  expect(translated(`${maps}, as means of 2 × 2 pixels`)).toContain("取 2 × 2 像素的均值");
  expect(translated("Layer of no pattern")).toBe("Layer of no pattern");
});

test("sentences that come together are translated together where they are known so, else one by one", () => {
  const [refused, hint] = ["The model has no layer 'b'.", "Did you mean 'a'?"];
  language.value = chinese;
  expect(translated(`${refused} ${hint}`)).toBe("模型没有层 'b'。是否指 'a'？");
  const stopped = "Stopped after 2.5 s: 40% of the work is done.";
  expect(translated(`Saliency: ${stopped}`)).toBe("显著图：2.5 秒后停止：完成了 40%。");
  expect(translated(`${stopped} Nobody knows this. ${stopped}`)).toBe(
    "2.5 秒后停止：完成了 40%。Nobody knows this. 2.5 秒后停止：完成了 40%。",
  );
  expect(translated("Ranking by position alone has 0.51, which is no worse than the map.")).toBe(
    "仅按位置排序为 0.51，不比此图差。",
  );
  expect(translated("")).toBe("");
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
