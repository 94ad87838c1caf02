import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Dialog, ICommandPalette, Notification, showDialog } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { LabIcon } from "@jupyterlab/ui-components";
import { Widget } from "@lumino/widgets";
import { h, render } from "preact";
import { short } from "../../core/format";
import { themeOf } from "../../dom/theme";
import { element } from "../element";
import { ICON } from "../icon";
import { learn, told } from "../kernelwords";
import { isChinese } from "../language";
import { keep } from "../saved";
import { style } from "../style";
import { WORDS } from "../words";
import { cellOf } from "./cells";
import { type Compared, cancelAll, KernelLink, type Listener } from "./link";
import { List } from "./list";
import css from "./panel.css";

const COMMAND = "xai-widgets:show-explanations";
const CANCEL = "xai-widgets:cancel-explanations";
/** Ages are told in minutes. */
const REDRAW_MS = 30_000;

/** The explanations of the notebook in front. It talks to the kernel only while it is seen. */
class Explanations extends Widget {
  private link: KernelLink | null = null;
  private picked: string[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;

  private readonly listener: Listener = {
    changed: () => this.draw(),
    compared: (found) => void compared(found),
    failed: (sentence) => void Notification.warning(told(sentence), { autoClose: 8000 }),
  };

  constructor(private readonly notebooks: INotebookTracker) {
    super();
    style("panel", css);
    this.id = "xai-explanations";
    this.addClass("xai-explanations");
    this.title.icon = new LabIcon(ICON);
    this.title.caption = WORDS.panel.title;
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", WORDS.panel.title);
    this.node.tabIndex = -1;
    notebooks.currentChanged.connect(this.connect, this);
  }

  protected override onActivateRequest(): void {
    this.node.focus();
  }

  protected override onAfterShow(): void {
    void learn().then(() => this.draw());
    this.connect();
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  protected override onAfterHide(): void {
    clearInterval(this.timer);
    this.connect();
  }

  override dispose(): void {
    clearInterval(this.timer);
    this.notebooks.currentChanged.disconnect(this.connect, this);
    this.notebooks.currentWidget?.sessionContext.kernelChanged.disconnect(this.connect, this);
    this.link?.dispose();
    render(null, this.node);
    super.dispose();
  }

  /** Tick one. Of three the first one goes: two can be compared. */
  pick(id: string): void {
    this.picked = [...this.picked.filter((one) => one !== id), id].slice(-2);
    this.draw();
  }

  private drop(id: string): void {
    this.picked = this.picked.filter((one) => one !== id);
    this.draw();
  }

  /** Follow the notebook in front and its kernel. */
  private connect(): void {
    const context = this.notebooks.currentWidget?.sessionContext;
    context?.kernelChanged.disconnect(this.connect, this);
    context?.kernelChanged.connect(this.connect, this);
    const kernel = (this.isVisible && context?.session?.kernel) || null;
    if (kernel !== (this.link?.kernel ?? null)) {
      this.link?.dispose();
      this.link = kernel && new KernelLink(kernel, this.listener);
    }
    this.draw();
  }

  private draw(): void {
    if (!this.isVisible) return;
    const { link } = this;
    // What has not been told yet may be picked already, by the context menu.
    const known = (id: string) => link?.widgets.has(id) || link?.results.some((one) => one.id === id);
    const picked = this.picked.filter(known);
    const act = {
      jump: (id: string) => cellOf(this.notebooks.currentWidget, id),
      pick: (id: string) => (picked.includes(id) ? this.drop(id) : this.pick(id)),
      compare: () => {
        const dark = themeOf(this.node) === "dark";
        link?.send({ kind: "compare", ids: picked, language: isChinese() ? "zh" : "en", dark });
      },
      free: (id: string) => {
        keep(this.notebooks.currentWidget);
        link?.send({ kind: "close", id });
      },
    };
    const focused = this.node.contains(document.activeElement);
    render(h(List, { link, picked, act }), this.node);
    // What had the focus may be gone with its line: the keyboard stays here, and is not sent back to the page's top.
    if (focused && !this.node.contains(document.activeElement)) this.node.focus();
  }
}

/** Show two maps side by side, and how far they agree. */
async function compared({ agreement, maps }: Compared): Promise<void> {
  const body = new Widget();
  body.addClass("xai-compared");
  const pictures = maps.map(({ method, label, svg }) => {
    const title = `${told(method)}: ${label}`;
    const image = element("img", { src: `data:image/svg+xml;base64,${svg}`, alt: title });
    return element("figure", {}, element("figcaption", {}, title), image);
  });
  const sentence = agreement === null ? WORDS.panel.noAgreement : WORDS.panel.agreement(short(agreement));
  body.node.append(element("p", {}, sentence), ...pictures);
  await showDialog({ title: WORDS.panel.compare, body, buttons: [Dialog.okButton({ label: WORDS.panel.done })] });
}

export const panel: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:panel",
  description: "A side panel that lists the explanations of the notebook in front.",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const explanations = new Explanations(notebooks);
    app.shell.add(explanations, "right", { rank: 900 });
    restorer?.add(explanations, explanations.id);
    app.commands.addCommand(COMMAND, {
      label: WORDS.panel.show,
      execute: ({ pick }) => {
        app.shell.activateById(explanations.id);
        if (typeof pick === "string") explanations.pick(pick);
      },
    });
    app.commands.addCommand(CANCEL, {
      label: WORDS.panel.cancelAll,
      caption: WORDS.panel.cancelAllHint,
      execute: () => {
        const kernel = notebooks.currentWidget?.sessionContext.session?.kernel;
        if (kernel?.handleComms) cancelAll(kernel);
        else Notification.warning(WORDS.panel.noKernel, { autoClose: 8000 });
      },
    });
    for (const command of [COMMAND, CANCEL]) palette?.addItem({ command, category: WORDS.category });
  },
};
