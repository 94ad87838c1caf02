import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { file } from "./file";
import { Picture, SAVED_VIEW } from "./picture";

/**
 * Draws a saved view wherever JupyterLab shows outputs: consoles, log, markdown preview.
 *
 * It ranks below the live widget (-10) and above plain pictures. In a notebook `saved.ts` takes over, which
 * shows the live view when there is one.
 */
const view: IRenderMime.IExtension = {
  id: "xai-widgets:mime",
  rendererFactory: { safe: true, mimeTypes: [SAVED_VIEW], createRenderer: () => new Picture() },
  rank: 0,
  dataType: "json",
};

export default [view, file];
