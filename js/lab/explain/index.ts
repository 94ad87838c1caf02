import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Dialog, ICommandPalette, Notification, showDialog } from "@jupyterlab/apputils";
import { INotebookTracker, NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";
import { Widget } from "@lumino/widgets";
import { WORDS } from "../words";
import { code, type Offers, offers } from "./kernel";

const COMMAND = "xai-widgets:explain-variable";

type Pair = [model: string, input: Offers["inputs"][number]];

/** The name under the cursor of the active cell, or what is selected there. */
function selected(panel: NotebookPanel): string {
  const editor = panel.content.activeCell?.editor;
  if (!editor) return "";
  const text = editor.model.sharedModel.getSource();
  const { start, end } = editor.getSelection();
  const [from, to] = [editor.getOffsetAt(start), editor.getOffsetAt(end)];
  if (from !== to) return text.slice(from, to).trim();
  return `${text.slice(0, from).match(/\w*$/)}${text.slice(from).match(/^\w*/)}`;
}

/** Two lists to choose from, in a dialog. */
class Choice extends Widget {
  private readonly lists: HTMLSelectElement[];

  constructor(lists: { label: string; names: string[]; chosen: number }[]) {
    super();
    this.lists = lists.map(({ label, names, chosen }) => {
      const list = document.createElement("select");
      list.className = "jp-mod-styled";
      list.append(...names.map((name) => new Option(name)));
      list.selectedIndex = Math.max(0, chosen);
      const line = document.createElement("label");
      line.style.display = "block";
      line.append(label, list);
      this.node.append(line);
      return list;
    });
  }

  getValue(): number[] {
    return this.lists.map((list) => list.selectedIndex);
  }
}

/** Which model and which input: what is selected, if that leaves no choice, or what the user says. */
async function pick(found: Offers, name: string): Promise<Pair | null> {
  const { models, inputs } = found;
  const model = models.findIndex((one) => one.name === name);
  const input = inputs.findIndex(
    (one) => one.name === name || one.name.startsWith(`${name}.`) || one.name.startsWith(`${name}[`),
  );
  const chosen = model >= 0 || (name && input >= 0);
  if (models.length === 1 && (inputs.length === 1 || (chosen && input >= 0)))
    return [models[0]!.name, inputs[Math.max(0, input)]!];
  const told = (one: { name: string; type: string }) => `${one.name}  (${one.type})`;
  const { button, value } = await showDialog({
    title: WORDS.explainTitle,
    body: new Choice([
      { label: WORDS.model, names: models.map(told), chosen: model },
      { label: WORDS.input, names: inputs.map(told), chosen: name ? input : 0 },
    ]),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: WORDS.insert })],
  });
  return button.accept && value ? [models[value[0]!]!.name, inputs[value[1]!]!] : null;
}

/** Ask the kernel, then the user, then write the cell and run it. Returns what hinders, in one sentence. */
async function explainIn(panel: NotebookPanel): Promise<string | undefined> {
  const kernel = panel.sessionContext.session?.kernel;
  if (!kernel) return WORDS.noKernel;
  if (kernel.status === "busy") return WORDS.kernelBusy;
  const [name, place] = [selected(panel), panel.content.activeCellIndex];
  const found = await offers(kernel);
  if (!found) return WORDS.notInstalled;
  if (!found.models.length) return WORDS.noModel;
  if (!found.inputs.length) return WORDS.noInput(found.models[0]!.name);
  const pair = await pick(found, name);
  if (!pair || panel.isDisposed) return;
  panel.content.activeCellIndex = place; // a dialog that closes may give the focus to another
  NotebookActions.insertBelow(panel.content);
  panel.content.activeCell?.model.sharedModel.setSource(code(found, ...pair));
  await NotebookActions.run(panel.content, panel.sessionContext);
}

export const explain: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:explain",
  description: "A command that explains a model among the variables of the notebook's kernel.",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker, palette: ICommandPalette | null) => {
    app.commands.addCommand(COMMAND, {
      label: WORDS.explain,
      caption: WORDS.explainCaption,
      execute: async () => {
        const panel = notebooks.currentWidget;
        const hindrance = panel ? await explainIn(panel) : WORDS.noNotebook;
        if (hindrance) Notification.warning(hindrance, { autoClose: 8000 });
      },
    });
    palette?.addItem({ command: COMMAND, category: WORDS.category });
    app.contextMenu.addItem({ command: COMMAND, selector: ".jp-Notebook .jp-CodeCell .jp-InputArea-editor", rank: 20 });
  },
};
