import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";

/** What a view leaves in a notebook beside its PNG: words for those who do not see it. */
export const SAVED_VIEW = "application/vnd.xai-widgets+json";
export const PNG = "image/png";
export const TEXT = "text/plain";

export type Bundle = { [mime: string]: IRenderMime.IMimeModel["data"][string] };

/** The saved view's own data, whatever a hostile file may hold. */
export function payload(data: Readonly<Bundle>): Record<string, unknown> {
  const found = data[SAVED_VIEW];
  return typeof found === "object" && found !== null ? { ...found } : {};
}

function words(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * Draws a saved view: a picture, its title and its text.
 *
 * The PNG stands in the payload, or beside it in the bundle so that it is stored once and other
 * viewers find it. Nothing from the file becomes markup.
 */
export class Picture extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly hint = "") {
    super({ node: document.createElement("figure") });
    this.addClass("xai-saved");
    this.node.style.margin = "8px 0";
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const saved = payload(model.data);
    const [title, text] = [words(saved.title), words(saved.text)];
    const png = words(saved.png) || words(model.data[PNG]);
    const caption = document.createElement("figcaption");
    caption.append(...[title, text, png ? this.hint : ""].filter(Boolean).map(line));
    const image = document.createElement("img");
    image.src = `data:image/png;base64,${png.replace(/\s/g, "")}`;
    image.alt = [title, text].filter(Boolean).join(". ");
    image.style.maxWidth = "100%";
    this.node.replaceChildren(...(png ? [image] : []), caption);
  }
}

function line(text: string): HTMLElement {
  const made = document.createElement("div");
  made.textContent = text;
  made.style.whiteSpace = "pre-line";
  return made;
}
