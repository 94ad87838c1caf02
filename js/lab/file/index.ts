// A saved explanation, opened from the file browser: picture, words and numbers, without a kernel.
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { element } from "../element";
import { ICON } from "../icon";
import { drawn } from "../picture";
import { style } from "../style";
import { WORDS } from "../words";
import { FileFault, read } from "./read";
import { type Table, tables } from "./tables";

/** The text of a `.xai.json`. As text, so that a damaged file comes here too and is told of in plain words. */
const MIME = "application/vnd.xai-widgets.file";
const NAME = "xai-widgets-explanation";

class View extends Widget implements IRenderMime.IRenderer {
  constructor() {
    super();
    this.addClass("xai-file");
    style();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    try {
      const saved = await read(String(model.data[MIME] ?? ""));
      this.node.replaceChildren(element("figure", {}, ...drawn(saved.shown, "")), ...tables(saved).map(listed));
    } catch (error) {
      const sentence = error instanceof FileFault ? error.message : WORDS.file.damaged;
      this.node.replaceChildren(element("p", { role: "alert" }, sentence));
    }
  }
}

function listed({ title, head, rows }: Table): HTMLElement {
  const body = rows.map(([first = "", ...others]) =>
    element("tr", {}, element("th", { scope: "row" }, first), ...others.map((text) => element("td", {}, text))),
  );
  const heading = head.length ? [element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))] : [];
  return element("section", {}, element("h3", {}, title), element("table", {}, ...heading, ...body));
}

export const file: IRenderMime.IExtension = {
  id: "xai-widgets:file",
  description: "Opens saved explanations from the file browser.",
  rendererFactory: { safe: true, mimeTypes: [MIME], createRenderer: () => new View() },
  rank: 0,
  dataType: "string",
  fileTypes: [
    {
      name: NAME,
      displayName: WORDS.file.type,
      extensions: [".xai.json"],
      mimeTypes: [MIME],
      icon: ICON,
      fileFormat: "text",
    },
  ],
  documentWidgetFactoryOptions: {
    name: WORDS.file.type,
    primaryFileType: NAME,
    fileTypes: [NAME],
    defaultFor: [NAME],
  },
};
