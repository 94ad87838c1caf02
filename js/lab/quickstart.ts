import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import { LabIcon } from "@jupyterlab/ui-components";
import { NOTEBOOKS, QUICKSTART } from "./notebooks";
import { WORDS } from "./words";

const COMMAND = "xai-widgets:open-quickstart";

/** A picture with a warm spot: what the widgets draw. */
const icon = new LabIcon({
  name: "xai-widgets:icon",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
<rect x="2" y="3" width="20" height="18" rx="3" fill="#31507b"/>
<circle cx="10" cy="13" r="6" fill="#b4544a"/><circle cx="10" cy="13" r="3" fill="#f4c95d"/></svg>`,
});

/** Open the folder's quickstart, after writing it there if it is not there yet, and what it links to. */
async function open(app: JupyterFrontEnd, folder: string): Promise<unknown> {
  const { contents } = app.serviceManager;
  const inFolder = (name: string) => (folder && !folder.endsWith(":") ? `${folder}/${name}` : `${folder}${name}`);
  const { content } = await contents.get(folder);
  const taken = new Set((content as { name: string }[]).map((item) => item.name));
  for (const notebook of NOTEBOOKS)
    if (!taken.has(notebook.name))
      await contents.save(inFolder(notebook.name), { type: "notebook", format: "json", content: notebook.content });
  return app.commands.execute("docmanager:open", { path: inFolder(QUICKSTART) });
}

export const quickstart: JupyterFrontEndPlugin<void> = {
  id: "xai-widgets:quickstart",
  description: "A launcher card and a palette entry that open the quickstart notebook.",
  autoStart: true,
  optional: [ICommandPalette, ILauncher, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    browser: IDefaultFileBrowser | null,
  ) => {
    app.commands.addCommand(COMMAND, {
      label: ({ isPalette }) => (isPalette ? WORDS.openQuickstart : WORDS.quickstart),
      caption: WORDS.quickstartCaption,
      icon: ({ isPalette }) => (isPalette ? undefined : icon),
      execute: ({ cwd }) => open(app, typeof cwd === "string" ? cwd : (browser?.model.path ?? "")),
    });
    palette?.addItem({ command: COMMAND, category: WORDS.category, args: { isPalette: true } });
    launcher?.add({ command: COMMAND, category: WORDS.category });
  },
};
