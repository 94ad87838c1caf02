import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { MimeModel } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Kernel } from "@jupyterlab/services";
import { Panel, type Widget } from "@lumino/widgets";
import { type Fields, fieldsOf, textOf } from "../core/fields";
import { askPages } from "./ask";
import { WIDGET_VIEW } from "./panel/cells";
import { type Bundle, Picture, PNG, payload, SAVED_VIEW, TEXT } from "./picture";
import { PICTURE_WORDS } from "./picturewords";
import { own } from "./settings";
import { WORDS } from "./words";

const DATA_URL = "data:image/png;base64,";
/** Before the live widget's own renderer, which stands at -10. */
const RANK = -20;
/** What the widgets' own renderer is marked with once it says, in place of a view, that there is no such model. */
const GIVEN_UP = "jupyter-widgets";
/** How long saving waits for what a kernel knows; one that computes answers when it is done. */
const PATIENCE_MS = { idle: 5000, busy: 500 };

/** What the root element of a live view offers: its picture as a data URL, and that picture in words. */
export interface Root extends Element {
  xai?: { snapshot?: (most?: number) => string; describe?: () => string };
}

/**
 * One output: the live view while its model exists, and the saved one when it does not.
 *
 * Left to itself JupyterLab prefers the live widget in a trusted notebook, and prints "model not found" after
 * a restart although the picture is in the same output. So this renderer asks the widget's own one for the live view and shows
 * the picture until there is one. When there will be none, what was saved comes to life.
 */
class View extends Panel implements IRenderMime.IRenderer {
  private readonly picture = new Picture(PICTURE_WORDS.saved, false);
  private live: (IRenderMime.IRenderer & { widgets?: readonly Widget[] }) | null = null;
  private model: IRenderMime.IMimeModel | null = null;
  private modelId: string | null = null;
  private lived = false;
  /** Nothing will come to life by a kernel. */
  private alone = false;
  /** By what the view lives without a kernel, as its kernel said for the next save. */
  private memory: Bundle | null = null;
  /** What the reader was told of the view's size, which the next save need not say again. */
  private told: string[] = [];
  private readonly observer = new MutationObserver(() => this.settle());

  constructor(private readonly panel: NotebookPanel) {
    super();
    this.picture.hide();
    this.addWidget(this.picture);
  }

  /** Called again whenever the output's data change; the live view then stays as it is. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    await this.picture.renderModel(model);
    const reference = model.data[WIDGET_VIEW] as { model_id?: string } | undefined;
    const id = reference?.model_id || null;
    // The picture is safe to show in any notebook, the widget's code only in a trusted one.
    if (!model.trusted || !id || !this.panel.content.rendermime.mimeTypes.includes(WIDGET_VIEW)) {
      this.alone = true;
      this.settle();
    } else if (id !== this.modelId) {
      this.modelId = id;
      await this.enliven({ [WIDGET_VIEW]: { ...reference } });
    }
  }

  /** Ask the kernel of the live view by what it lives when the kernel is gone. */
  async remember(kernel: Kernel.IKernelConnection): Promise<void> {
    if (!this.modelId || !this.live?.widgets?.length) return;
    this.memory = fieldsOf(JSON.parse(await askPages(kernel, "kept", this.modelId, 1000 * own.kilobytes))) as Bundle;
  }

  /** Put the live view into the output, its picture and what it lives by, in place of what stands there. */
  keep(): void {
    const { xai } = (this.live?.node.querySelector(".xai-root") as Root | null) ?? {};
    if (!this.model || !xai) return;
    const { page, facts, left, ...rest } = payload(this.model.data);
    const memory = this.memory ?? { page, facts, left };
    const png = this.fitted((most) => xai.snapshot?.(most), memory);
    if (!png) return;
    const text = xai.describe?.() || textOf(this.model.data[TEXT]);
    const saved = { ...rest, ...(text && { text }), ...memory } as Bundle[string];
    const data: Bundle = { ...this.model.data, [PNG]: png, [SAVED_VIEW]: saved, ...(text && { [TEXT]: text }) };
    if (JSON.stringify(data) === JSON.stringify(this.model.data)) return;
    this.model.setData({ data, metadata: this.model.metadata });
  }

  /** The picture as the notebook has room for it, as base64; null where there is none such. */
  private fitted(snapshot: (most?: number) => string | undefined, { page, left }: Fields): string | null {
    const { kilobytes } = own;
    const whole = 1000 * kilobytes + DATA_URL.length;
    const most = whole - (page ? JSON.stringify(page).length : 0);
    let url = snapshot();
    let small = "";
    if (url && url.length > most) {
      // Beside what a view lives by, its picture is smaller as a rule.
      if (url.length > whole) small = WORDS.noRoom(kilobytes, true);
      url = snapshot(most);
    }
    if (url && url.length > most) {
      small = WORDS.noRoom(kilobytes, false);
      url = "";
    }
    const said = [small, left ? WORDS.noRoomToLive(kilobytes) : ""].filter(Boolean);
    for (const one of said) if (!this.told.includes(one)) Notification.warning(one, { autoClose: 8000 });
    this.told = said;
    return url?.startsWith(DATA_URL) ? url.slice(DATA_URL.length) : null;
  }

  override dispose(): void {
    this.observer.disconnect();
    super.dispose();
  }

  private async enliven(data: Bundle): Promise<void> {
    this.live?.dispose();
    this.live = null;
    this.lived = false;
    this.alone = false;
    // The widgets' manager takes over its renderers when the kernel is known, in the same turn; a renderer
    // made before that, and not by the output area itself, would wait for ever.
    const { sessionContext, content } = this.panel;
    if (!sessionContext.isReady) this.settle();
    await sessionContext.ready;
    this.alone = !sessionContext.session;
    if (this.alone) this.settle();
    await new Promise((done) => setTimeout(done));
    if (this.isDisposed || this.live) return;
    const live = content.rendermime.createRenderer(WIDGET_VIEW);
    this.live = live;
    live.hide();
    this.addWidget(live);
    this.observer.observe(live.node, { childList: true });
    // Its own copy, since that renderer empties the reference when its view goes.
    await live.renderModel(new MimeModel({ data, trusted: true }));
    this.settle();
  }

  /** The renderer of widgets holds a child once, and only if, it found the model. */
  private settle(): void {
    if (this.isDisposed) return;
    if (this.live?.hasClass(GIVEN_UP)) {
      this.live.dispose();
      this.live = null;
      this.alone = true;
    }
    const alive = (this.live?.widgets?.length ?? 0) > 0;
    this.lived ||= alive;
    this.live?.setHidden(!alive);
    this.picture.say(this.lived ? PICTURE_WORDS.closed : "");
    this.picture.setHidden(alive);
    this.picture.wake(this.alone && !this.lived);
  }
}

const attended = new WeakMap<NotebookPanel, Set<View>>();

/** Put what the views of a notebook show into their outputs, each in place of the picture that stands there. */
export function keep(panel: NotebookPanel | null): void {
  for (const view of (panel && attended.get(panel)) ?? []) {
    try {
      view.keep();
    } catch (error) {
      console.warn("xai_widgets: the picture of a view could not be kept", error);
    }
  }
}

/** Ask for what the live views of a notebook know, as long as one waits for a save. */
async function remember({ sessionContext }: NotebookPanel, views: Iterable<View>): Promise<void> {
  const kernel = sessionContext.session?.kernel;
  if (!kernel) return;
  const patience = new Promise((done) => setTimeout(done, PATIENCE_MS[kernel.status === "idle" ? "idle" : "busy"]));
  await Promise.race([patience, Promise.allSettled([...views].map((view) => view.remember(kernel)))]);
}

/** Show and keep the views of one notebook. */
function attend(panel: NotebookPanel): void {
  const views = new Set<View>();
  attended.set(panel, views);
  const createRenderer = () => {
    const view = new View(panel);
    views.add(view);
    view.disposed.connect(() => views.delete(view));
    return view;
  };
  panel.content.rendermime.addFactory({ safe: true, mimeTypes: [SAVED_VIEW], createRenderer }, RANK);
  const { context } = panel;
  const save = context.save.bind(context);
  // JupyterLab has nothing that a save would wait for.
  context.save = async () => {
    await remember(panel, views);
    await save();
  };
  // "started" comes before the notebook is turned into the text that is saved.
  context.saveState.connect((_, state) => {
    if (state === "started") keep(panel);
  });
}

export const saved: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:saved",
  description: "Shows what was saved of a view that is no longer alive, and refreshes it at every save.",
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_: JupyterFrontEnd, notebooks: INotebookTracker) => {
    notebooks.forEach(attend);
    notebooks.widgetAdded.connect((_, panel) => attend(panel));
  },
};
