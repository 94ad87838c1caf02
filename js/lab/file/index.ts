// A saved explanation, opened from the file browser: the view or a picture, words and numbers, without a kernel.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { fieldsOf } from "../../core/fields";
import { element } from "../element";
import { enliven } from "../enliven";
import { ICON } from "../icon";
import { drawn } from "../picture";
import { style } from "../style";
import css from "./file.css";
import { kindOf } from "./kind";
import { FileFault, read } from "./read";
import { type Table, tables } from "./tables";
import { WORDS } from "./words";

/** The text of a `.xai.json`. As text, so that a damaged file comes here too and is told of in plain words. */
const MIME = "application/vnd.xai-widgets.file";
const NAME = "xai-widgets-explanation";

class View extends Widget implements IRenderMime.IRenderer {
  /** How often the file was read: of two readings that overlap, the later is shown. */
  private readings = 0;
  private stop: (() => void) | null = null;

  constructor() {
    super();
    this.addClass("xai-file");
    style("file", css);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const reading = ++this.readings;
    const current = () => reading === this.readings && !this.isDisposed;
    try {
      const saved = await read(String(model.data[MIME] ?? ""));
      if (!current()) return;
      const all = tables(saved);
      const [within, below] = [true, undefined].map((still) => all.filter((one) => one.still === still).map(listed));
      const still = element("figure", {}, ...drawn(fieldsOf(saved.fields.view), ""), ...within!);
      this.replace(still, ...below!);
      // The picture stays where the view cannot be had, or cannot show what the file holds.
      const kind = kindOf(saved);
      const stop = kind && (await enliven(kind, saved, still, current).catch(() => null));
      if (current()) this.stop = stop || null;
      else if (stop) stop();
    } catch (error) {
      const sentence = error instanceof FileFault ? error.message : WORDS.damaged;
      if (current()) this.replace(element("p", { role: "alert" }, sentence));
    }
  }

  override dispose(): void {
    this.replace();
    super.dispose();
  }

  private replace(...content: HTMLElement[]): void {
    this.stop?.();
    this.stop = null;
    this.node.replaceChildren(...content);
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
  // What is read in words is read once JupyterLab tells its language, which is after this module is read.
  fileTypes: [
    {
      name: NAME,
      get displayName() {
        return WORDS.type;
      },
      extensions: [".xai.json"],
      mimeTypes: [MIME],
      icon: ICON,
      fileFormat: "text",
    },
  ],
  // JupyterLab finds a tab's viewer by this name when it opens the tab again, in whatever language by then.
  documentWidgetFactoryOptions: {
    name: NAME,
    primaryFileType: NAME,
    fileTypes: [NAME],
    defaultFor: [NAME],
  },
};

export const viewer: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:viewer",
  description: "Says in JupyterLab's language what saved explanations are opened with.",
  autoStart: true,
  activate: ({ docRegistry }: JupyterFrontEnd) => {
    const name = () => {
      const factory = docRegistry.getWidgetFactory(NAME);
      if (factory) Object.defineProperty(factory, "label", { configurable: true, get: () => WORDS.type });
    };
    name();
    // What only renders is registered by another plugin, before this one or after it.
    docRegistry.changed.connect((_, { type, change }) => {
      if (type === "widgetFactory" && change === "added") name();
    });
  },
};
