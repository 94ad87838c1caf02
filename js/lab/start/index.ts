import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, InputDialog, showErrorMessage } from "@jupyterlab/apputils";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { LabIcon } from "@jupyterlab/ui-components";
import { ICON } from "../icon";
import { WORDS } from "../words";
import { QUICKSTART, TEMPLATES, type Template, TUTORIALS } from "./notebooks";

const icon = new LabIcon(ICON);
const QUICK = "xai-widgets:open-quickstart";
const TUTORIAL = "xai-widgets:open-tutorials";
const NEW = "xai-widgets:new-notebook";

/** Open a tutorial, after writing it and what it links to into the folder, unless they are there already. */
async function tutorial(app: JupyterFrontEnd, folder: string, name: string): Promise<unknown> {
  const { contents } = app.serviceManager;
  const inFolder = (file: string) => (folder && !folder.endsWith(":") ? `${folder}/${file}` : `${folder}${file}`);
  const { content } = await contents.get(folder);
  const taken = new Set((content as { name: string }[]).map((item) => item.name));
  for (const one of TUTORIALS)
    if (!taken.has(one.name))
      await contents.save(inFolder(one.name), { type: "notebook", format: "json", content: one.content });
  return app.commands.execute("docmanager:open", { path: inFolder(name) });
}

/** Let the user choose one of several; null when they choose none. */
async function choose<T>(title: string, okLabel: string, items: T[], told: (item: T) => string): Promise<T | null> {
  const { value } = await InputDialog.getItem({ title, okLabel, items: items.map(told) });
  return items.find((item) => told(item) === value) ?? null;
}

async function create(app: JupyterFrontEnd, folder: string, asked: unknown): Promise<unknown> {
  const { contents } = app.serviceManager;
  const kinds = Object.keys(TEMPLATES) as Template[];
  const kind =
    kinds.find((one) => one === asked) ??
    (await choose(WORDS.whatIsExplained, WORDS.create, kinds, (one) => TEMPLATES[one].name()));
  if (!kind) return;
  const { path } = await contents.newUntitled({ path: folder, type: "notebook" });
  await contents.save(path, { type: "notebook", format: "json", content: TEMPLATES[kind].content() });
  return app.commands.execute("docmanager:open", { path });
}

export const start: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:start",
  description: "Launcher cards and palette entries that open tutorials and begin new notebooks.",
  autoStart: true,
  optional: [ICommandPalette, ILauncher, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    browser: IDefaultFileBrowser | null,
  ) => {
    const { category } = WORDS;
    const folder = (cwd: unknown) => (typeof cwd === "string" ? cwd : (browser?.model.path ?? ""));
    const add = (
      command: string,
      [card, entry, caption]: [string, string | ((args: object) => string), string],
      execute: (folder: string, args: Record<string, unknown>) => unknown,
    ) => {
      app.commands.addCommand(command, {
        label: (args) => (!args.isPalette ? card : typeof entry === "string" ? entry : entry(args)),
        caption,
        icon: ({ isPalette }) => (isPalette ? undefined : icon),
        // The launcher tells what fails; the palette and shortcuts would leave it to the console.
        execute: async (args) => {
          try {
            return await execute(folder(args.cwd), args);
          } catch (error) {
            void showErrorMessage(card, error as Error);
          }
        },
      });
      launcher?.add({ command, category });
    };
    const list = (command: string, more = {}) =>
      palette?.addItem({ command, category, args: { isPalette: true, ...more } });

    add(QUICK, [WORDS.quickstart, WORDS.openQuickstart, WORDS.quickstartCaption], (cwd) =>
      tutorial(app, cwd, QUICKSTART),
    );
    list(QUICK);

    const called = ({ kind }: { kind?: Template }) =>
      kind ? WORDS.newNotebookOf(TEMPLATES[kind].name()) : `${WORDS.newNotebook}…`;
    add(NEW, [WORDS.newNotebook, called, WORDS.newNotebookCaption], (cwd, { kind }) => create(app, cwd, kind));
    list(NEW);
    for (const kind of Object.keys(TEMPLATES)) list(NEW, { kind });

    add(TUTORIAL, [WORDS.tutorials, WORDS.openTutorials, WORDS.tutorialsCaption], async (cwd, { name }) => {
      const found =
        TUTORIALS.find((one) => one.name === name) ??
        (await choose(WORDS.whichTutorial, WORDS.open, TUTORIALS, ({ title }) => title));
      return found && tutorial(app, cwd, found.name);
    });
    list(TUTORIAL);
  },
};
