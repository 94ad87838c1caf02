import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";
import { fieldsOf, listOf, textOf as words } from "../core/fields";
import { element } from "./element";
import { enliven } from "./enliven";
import { PICTURE_WORDS } from "./picturewords";

/** What a view leaves in a notebook beside its PNG: words for those who do not see it. */
export const SAVED_VIEW = "application/vnd.xai-widgets+json";
/** Of the form in which views are saved. */
const KNOWN = 1;
/** Views that live by what was saved of them. */
const KINDS = ["image", "text", "table", "population", "embedding"];
export const PNG = "image/png";
export const TEXT = "text/plain";

export type Bundle = { [mime: string]: IRenderMime.IMimeModel["data"][string] };

/** The saved view's own data, whatever a hostile file may hold. */
export function payload(data: Readonly<Bundle>): Record<string, unknown> {
  const found = data[SAVED_VIEW];
  return typeof found === "object" && found !== null ? { ...found } : {};
}

/**
 * Shows a saved view: alive where the server hands out its widget's view, else a picture, its title and its text.
 *
 * The PNG stands in the payload, or beside it in the bundle so that it is stored once and other
 * viewers find it. Nothing from the file becomes markup, or code.
 */
export class Picture extends Widget implements IRenderMime.IRenderer {
  private data: Readonly<Bundle> = {};
  private note = "";
  /** How often it was drawn: what belongs to an earlier time is dropped. */
  private drawings = 0;
  private still = element("figure", {});
  private stop: (() => void) | null = null;
  /** What is out of sight costs nothing. */
  private readonly sight = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) void this.enliven();
  });

  constructor(
    private readonly hint = "",
    private awake = true,
  ) {
    super();
    this.addClass("xai-saved");
  }

  async renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    const [old, now] = [this.data, data].map((one) => JSON.stringify([one[SAVED_VIEW], one[PNG]]));
    this.data = data;
    // What is looked at, or into, is not torn away for the same once more.
    if (old !== now) this.draw();
  }

  /** Say this in place of the hint, picture or not. */
  say(note: string): void {
    if (note === this.note) return;
    this.note = note;
    this.draw();
  }

  /** Whether it may live. */
  wake(awake: boolean): void {
    if (awake === this.awake) return;
    this.awake = awake;
    this.draw();
  }

  override dispose(): void {
    this.clear();
    super.dispose();
  }

  private clear(): void {
    this.drawings++;
    this.sight.disconnect();
    this.stop?.();
    this.stop = null;
  }

  private draw(alert = ""): void {
    this.clear();
    const saved = payload(this.data);
    const png = words(saved.png) || words(this.data[PNG]);
    const said = newer(saved.v) || alert;
    this.still = element("figure", { style: "margin: 8px 0" });
    if (said) this.still.append(element("p", { role: "alert" }, said));
    this.still.append(...drawn({ ...saved, png }, this.note || (png ? this.hint : "")));
    this.node.replaceChildren(this.still);
    if (this.awake && !said && saved.page !== undefined) this.sight.observe(this.node);
  }

  private async enliven(): Promise<void> {
    this.sight.disconnect();
    const { page: text, facts } = payload(this.data);
    const drawing = this.drawings;
    const current = () => drawing === this.drawings;
    try {
      const page = JSON.parse(words(text));
      const { v, kind } = fieldsOf(fieldsOf(page).spec);
      const later = newer(v);
      if (later) return this.draw(later);
      if (!KINDS.includes(words(kind))) throw new Error("no such view");
      const saved = { page, facts: listOf(facts).map(words) };
      const stop = await enliven(words(kind), saved, this.still, current);
      if (current()) this.stop = stop;
      else stop?.();
    } catch {
      if (current()) this.draw(PICTURE_WORDS.damaged);
    }
  }
}

function newer(version: unknown): string {
  return typeof version === "number" && version > KNOWN ? PICTURE_WORDS.newer(version, KNOWN) : "";
}

/** A saved view's picture and words, with a hint below. Nothing of it becomes markup. */
export function drawn({ title, text, png }: Record<string, unknown>, hint: string): HTMLElement[] {
  const caption = element("figcaption", {});
  const said = [words(title), words(text)].filter(Boolean);
  caption.append(...[...said, hint].filter(Boolean).map(line));
  const data = words(png).replace(/\s/g, "");
  const image = element("img", {
    src: `data:image/png;base64,${data}`,
    alt: said.join(". "),
    style: "max-width: 100%; height: auto",
    ...sizeOf(data),
  });
  return [...(data ? [image] : []), caption];
}

/** So that a picture has its place before it is decoded: else much is taken for in sight that will not be. */
function sizeOf(png: string): { width?: string; height?: string } {
  try {
    const head = Uint8Array.from(atob(png.slice(0, 32)), (one) => one.charCodeAt(0));
    const [width, height] = [16, 20].map((at) => new DataView(head.buffer).getUint32(at));
    return { width: `${width}`, height: `${height}` };
  } catch {
    return {}; // no PNG
  }
}

function line(text: string): HTMLElement {
  return element("div", { style: "white-space: pre-line" }, text);
}
