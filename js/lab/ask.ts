// Asks a kernel's xai_widgets one thing, by a silent request that runs our own function and nothing else.
import type { Kernel, KernelMessage } from "@jupyterlab/services";

interface Told {
  status?: string;
  data?: Record<string, string>;
  ename?: string;
  evalue?: string;
}

/** What `xai_widgets.lab.pages` says of the widget of a model. */
export function askPages(kernel: Kernel.IKernelConnection, call: "page" | "kept", model: string, ...more: number[]) {
  return ask(kernel, "pages", `${call}(${[`'${model.replace(/[^\w-]/g, "")}'`, ...more].join()})`);
}

/** What a function of `xai_widgets.lab` returns, a text of ASCII. Throws an Error with what it raised, by that name. */
export async function ask(kernel: Kernel.IKernelConnection, module: string, call: string): Promise<string> {
  const told = `__import__('importlib').import_module('xai_widgets.lab.${module}').${call}`;
  const content = { code: "", silent: true, store_history: false, user_expressions: { told } };
  const reply = (await kernel.requestExecute(content).done).content as KernelMessage.IReplyOkContent & {
    user_expressions?: Record<string, Told>;
  };
  const found = reply.user_expressions?.told;
  const text = found?.data?.["text/plain"];
  if (text) return text.slice(1, -1).replace(/\\(['\\])/g, "$1"); // as Python writes a string
  throw Object.assign(new Error(found?.evalue ?? ""), { name: found?.ename ?? "" });
}
