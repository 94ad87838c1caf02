// The words of the JupyterLab side follow its language, whenever a part of them was kept.
import { afterEach, expect, test, vi } from "vitest";
import { WORDS } from "../lab/words";

const page = { documentElement: { lang: "en" } };
vi.stubGlobal("document", page);

afterEach(() => {
  page.documentElement.lang = "en";
});

test("a part that was kept before the language was known speaks it afterwards", () => {
  const { panel } = WORDS;
  expect([panel.cancel, WORDS.noInput("net")]).toEqual(["Cancel", expect.stringContaining("There is the model net")]);
  page.documentElement.lang = "zh-CN";
  expect([panel.cancel, WORDS.templates.text]).toEqual(["取消", "文本"]);
  expect(WORDS.noInput("net")).toContain("有模型 net");
  expect(panel.kinds("image")).toBe("图像");
  page.documentElement.lang = "de";
  expect(panel.cancel).toBe("Cancel");
});
