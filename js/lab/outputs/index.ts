// What can be done with the output of a widget, or the picture that was saved of it, by the right mouse button.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { saveAs } from "../../dom/save";
import { askPages } from "../ask";
import { learn, told } from "../kernelwords";
import { shownAt } from "../panel/cells";
import type { Root } from "../saved";
import { WORDS } from "../words";

const words = WORDS.outputs;
const LIVE = within(".xai-root:not(.xai-saved *)");
const SAVED = within(".xai-saved");
const SOON_MS = 500;

/** In a notebook, or in a view that an output has of its own. A menu takes no selector with a comma. */
function within(selector: string): string[] {
  return [`.jp-Notebook ${selector}`, `.jp-LinkedOutputView ${selector}`];
}

async function page(shown: ReturnType<typeof shownAt>): Promise<void> {
  const kernel = shown?.panel.sessionContext.session?.kernel;
  if (!kernel) throw new Error(words.noKernel);
  const text = await patiently(askPages(kernel, "page", shown.model));
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  saveAs("explanation.html", new Blob([bytes], { type: "text/html" }));
}

/** Tell why a file is long in coming. */
async function patiently<T>(file: Promise<T>): Promise<T> {
  let note = "";
  const late = setTimeout(() => {
    note = Notification.emit(words.waiting, "in-progress", { autoClose: false });
  }, SOON_MS);
  try {
    return await file;
  } finally {
    clearTimeout(late);
    if (note) Notification.dismiss(note);
  }
}

/** What the output shows, as a PNG. */
async function picture(node: Element): Promise<Blob> {
  const root: Root = node.querySelector(".xai-root") ?? node;
  const url = root.xai?.snapshot?.() ?? node.querySelector("img")?.src;
  if (!url?.startsWith("data:image/png")) throw new Error(words.noPicture);
  return (await fetch(url)).blob();
}

async function copy(node: Element): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture(node) })]);
}

export const outputs: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:outputs",
  description: "Saves, copies and compares the output of a widget by its context menu.",
  autoStart: true,
  requires: [INotebookTracker],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker) => {
    const add = (name: string, label: string, selectors: string[], run: (node: Element) => unknown) => {
      const command = `xai-widgets:${name}`;
      app.commands.addCommand(command, {
        label,
        execute: async () => {
          const node = app.contextMenuHitTest((one) => one.matches(selectors.join()));
          try {
            if (node) await run(node);
          } catch (error) {
            const { message } = error as Error;
            await learn();
            Notification.warning(told(message) || words.failed, { autoClose: 8000 });
          }
        },
      });
      for (const selector of selectors) app.contextMenu.addItem({ command, selector, rank: 0 });
    };
    add("save-page", words.savePage, LIVE, (node) => page(shownAt(app, notebooks, node)));
    add("save-picture", words.savePicture, [...LIVE, ...SAVED], async (node) =>
      saveAs("explanation.png", await picture(node)),
    );
    add("copy-picture", words.copy, [...LIVE, ...SAVED], copy);
    add("compare-with", words.compareWith, LIVE, (node) =>
      app.commands.execute("xai-widgets:show-explanations", { pick: shownAt(app, notebooks, node)?.model ?? null }),
    );
  },
};
