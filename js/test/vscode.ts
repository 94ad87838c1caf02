/**
 * What VS Code's notebook does with a widget, in a page of its own: its own manager of widgets (the bundle that its
 * Jupyter extension ships), a kernel spoken to by messages, widget modules from the kernel's nbextensions by RequireJS.
 */
import { KernelManager, ServerConnection } from "@jupyterlab/services";
// @ts-expect-error its bundle comes without types
import { activate } from "@vscode/jupyter-ipywidgets8";

const WIDGET = "application/vnd.jupyter.widget-view+json";

declare global {
  interface Window {
    requirejs: { config(options: { paths: Record<string, string> }): void };
    // biome-ignore lint/suspicious/noExplicitAny: VS Code's bundle comes without types
    vscIPyWidgets: any;
    vscIPyWidgets8: { load(): void };
    start(token: string): Promise<void>;
    run(code: string): Promise<string>;
    end(): Promise<void>;
  }
}

window.start = async (token) => {
  const baseUrl = location.origin;
  const serverSettings = ServerConnection.makeSettings({ baseUrl, wsUrl: baseUrl.replace("http", "ws"), token });
  const kernel = await new KernelManager({ serverSettings }).startNew({ name: "python3" });
  activate();
  window.vscIPyWidgets8.load();
  const loader = {
    widgetsRegisteredInRequireJs: new Set<string>(),
    async loadWidgetScript(name: string) {
      window.requirejs.config({ paths: { [name]: `${baseUrl}/nbextensions/${name}/index` } });
    },
    successHandler() {},
    errorHandler(name: string, _module: string, _version: string, error: Error) {
      console.error(`${name} was not loaded: ${error}`);
    },
  };
  const manager = new window.vscIPyWidgets.WidgetManager(kernel, document.body, loader, () => {});

  // A cell: each is a new part of the page, as is each of its outputs.
  window.run = async (code) => {
    const cell = document.body.appendChild(document.createElement("section"));
    const future = kernel.requestExecute({ code });
    const shown: Promise<unknown>[] = [];
    let text = "";
    future.onIOPub = ({ header, content }) => {
      const said = content as { text?: string; traceback?: string[]; data?: Record<string, { model_id: string }> };
      if (header.msg_type === "stream") text += said.text;
      if (header.msg_type === "error") text += said.traceback?.join("\n");
      const widget = said.data?.[WIDGET];
      if (!widget) return;
      const node = cell.appendChild(document.createElement("div"));
      node.className = "cell-output-ipywidget-background";
      const view = async () => {
        const model = await manager.get_model(widget.model_id);
        await manager.display_view(null, await manager.create_view(model, { el: node }), { node });
      };
      shown.push(view());
    };
    await future.done;
    await Promise.all(shown);
    return text;
  };
  window.end = () => kernel.shutdown();
};
