// What the reader sets for all widgets: written on the page, where views read it. docs/protocol.md says how it goes on.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator } from "@jupyterlab/translation";
import { ATTRIBUTE } from "../../core/preferences";
import { VERSION } from "../../core/version";
import { worded } from "./worded";

const ID = "xai-widgets:settings";

/** What concerns the extension itself, and no view. */
export const own = {
  /** Of a notebook, that a view may take. */
  kilobytes: 300,
};

function publish(set: object): void {
  Object.assign(own, set);
  document.documentElement.dataset[ATTRIBUTE] = JSON.stringify({ version: VERSION, ...set });
}

export const settings: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Settings of all widgets: colours, precision and update rate; and keyboard shortcuts.",
  autoStart: true,
  // JupyterLab tells its language by then: words that were read before would be English for good.
  optional: [ISettingRegistry, ITranslator],
  activate: async (_: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    publish({});
    registry?.transform(ID, { fetch: (plugin) => ({ ...plugin, schema: worded(plugin.schema) }) });
    const found = await registry?.load(ID);
    const tell = () => publish(found?.composite ?? {});
    found?.changed.connect(tell);
    tell();
  },
};
