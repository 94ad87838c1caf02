import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { MimeModel } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Panel, type Widget } from "@lumino/widgets";
import { WIDGET_VIEW } from "./panel/cells";
import { type Bundle, Picture, PNG, payload, SAVED_VIEW, TEXT } from "./picture";
import { PICTURE_WORDS } from "./picturewords";
import { own } from "./settings";
import { WORDS } from "./words";

const DATA_URL = "data:image/png;base64,";
/** Before the live widget's own renderer, which stands at -10. */
const RANK = -20;

/** What the root element of a live view offers: its picture as a data URL, and that picture in words. */
export interface Root extends Element {
  xai?: { snapshot?: (most?: number) => string; describe?: () => string };
}

/**
 * One output: the live view while its model exists, and the saved picture when it does not.
 *
 * Left to itself JupyterLab prefers the live widget in a trusted notebook, and prints "model not found" after
 * a restart although the picture is in the same output. So this renderer asks the widget's own one for the live view and shows
 * the picture until, and unless, there is one.
 */
class View extends Panel implements IRenderMime.IRenderer {
  private readonly picture = new Picture(PICTURE_WORDS.saved);
  private live: (IRenderMime.IRenderer & { widgets?: readonly Widget[] }) | null = null;
  private model: IRenderMime.IMimeModel | null = null;
  private modelId: string | null = null;
  private lived = false;
  /** What the reader was told of the picture's size, which the next save need not say again. */
  private told = "";
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
      this.settle();
    } else if (id !== this.modelId) {
      this.modelId = id;
      await this.enliven({ [WIDGET_VIEW]: { ...reference } });
    }
  }

  /** Put the picture of the live view into the output, in place of the one that stands there. */
  keep(): void {
    const { xai } = (this.node.querySelector(".xai-root") as Root | null) ?? {};
    const png = this.fitted((most) => xai?.snapshot?.(most));
    if (!this.model || !png) return;
    const data: Bundle = { ...this.model.data, [PNG]: png };
    const text = xai?.describe?.();
    if (text) Object.assign(data, { [TEXT]: text, [SAVED_VIEW]: { ...payload(data), text } });
    if (data[PNG] === this.model.data[PNG] && data[TEXT] === this.model.data[TEXT]) return;
    this.model.setData({ data, metadata: this.model.metadata });
  }

  /** The picture as the notebook has room for it, as base64; null where there is none such. */
  private fitted(snapshot: (most?: number) => string | undefined): string | null {
    const { kilobytes } = own;
    const most = 1000 * kilobytes + DATA_URL.length;
    let url = snapshot();
    let said = "";
    if (url && url.length > most) {
      url = snapshot(most);
      said = WORDS.noRoom(kilobytes, true);
    }
    if (url && url.length > most) {
      said = WORDS.noRoom(kilobytes, false);
      url = "";
    }
    if (said && said !== this.told) Notification.warning(said, { autoClose: 8000 });
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
    // The widgets' manager takes over its renderers when the kernel is known, in the same turn; a renderer
    // made before that, and not by the output area itself, would wait for ever.
    const { sessionContext, content } = this.panel;
    if (!sessionContext.isReady) this.settle();
    await sessionContext.ready;
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
    const alive = (this.live?.widgets?.length ?? 0) > 0;
    this.lived ||= alive;
    this.live?.setHidden(!alive);
    this.picture.say(this.lived ? PICTURE_WORDS.closed : "");
    this.picture.setHidden(alive);
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
  // "started" comes before the notebook is turned into the text that is saved.
  panel.context.saveState.connect((_, state) => {
    if (state === "started") keep(panel);
  });
}

export const saved: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:saved",
  description: "Shows the saved picture of a view that is no longer alive, and refreshes it at every save.",
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_: JupyterFrontEnd, notebooks: INotebookTracker) => {
    notebooks.forEach(attend);
    notebooks.widgetAdded.connect((_, panel) => attend(panel));
  },
};
