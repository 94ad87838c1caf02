import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { element } from "./element";
import { PICTURE_WORDS } from "./picturewords";

/** What a view leaves in a notebook beside its PNG: words for those who do not see it. */
export const SAVED_VIEW = "application/vnd.xai-widgets+json";
/** Of the form in which views are saved. */
const KNOWN = 1;
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
  private data: Readonly<Bundle> = {};
  private note = "";

  constructor(private readonly hint = "") {
    super({ node: document.createElement("figure") });
    this.addClass("xai-saved");
    this.node.style.margin = "8px 0";
  }

  async renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    this.data = data;
    this.draw();
  }

  /** Say this in place of the hint, picture or not. */
  say(note: string): void {
    if (note === this.note) return;
    this.note = note;
    this.draw();
  }

  private draw(): void {
    const saved = payload(this.data);
    const png = words(saved.png) || words(this.data[PNG]);
    const newer = typeof saved.v === "number" && saved.v > KNOWN ? [PICTURE_WORDS.newer(saved.v, KNOWN)] : [];
    const alert = newer.map((sentence) => element("p", { role: "alert" }, sentence));
    this.node.replaceChildren(...alert, ...drawn({ ...saved, png }, this.note || (png ? this.hint : "")));
  }
}

/** A saved view's picture and words, with a hint below. Nothing of it becomes markup. */
export function drawn({ title, text, png }: Record<string, unknown>, hint: string): HTMLElement[] {
  const caption = element("figcaption", {});
  const said = [words(title), words(text)].filter(Boolean);
  caption.append(...[...said, hint].filter(Boolean).map(line));
  const image = element("img", {
    src: `data:image/png;base64,${words(png).replace(/\s/g, "")}`,
    alt: said.join(". "),
    style: "max-width: 100%",
  });
  return [...(words(png) ? [image] : []), caption];
}

function line(text: string): HTMLElement {
  return element("div", { style: "white-space: pre-line" }, text);
}
