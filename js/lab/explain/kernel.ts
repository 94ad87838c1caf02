// What the kernel says of its variables: one silent request that runs our own function, and nothing else.
import type { Kernel, KernelMessage } from "@jupyterlab/services";

interface Named {
  name: string;
  type: string;
}

export interface Offers {
  /** What the notebook calls xai_widgets, if it has imported it. */
  module: string | null;
  models: Named[];
  inputs: (Named & { options: string })[];
}

const ASK = "__import__('importlib').import_module('xai_widgets.lab.namespace').offers(globals())";

/** The kernel's variables that can be explained; null where it has no xai_widgets to tell. */
export async function offers(kernel: Kernel.IKernelConnection): Promise<Offers | null> {
  const content = { code: "", silent: true, store_history: false, user_expressions: { offers: ASK } };
  const reply = await kernel.requestExecute(content).done;
  const { user_expressions: told } = reply.content as KernelMessage.IReplyOkContent & {
    user_expressions?: Record<string, { status?: string; data?: Record<string, string> }>;
  };
  const text = told?.offers?.data?.["text/plain"];
  return text ? JSON.parse(unquoted(text)) : null;
}

/** Python's way to write a string, back to the string. It is ASCII, and JSON escapes what is not. */
function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(['\\])/g, "$1");
}

/** The cell that explains: with its import, unless the notebook has it. */
export function code({ module }: Offers, model: string, { name, options }: Offers["inputs"][number]): string {
  const begin = module ? "" : "import xai_widgets as xai\n\n";
  return `${begin}${module ?? "xai"}.explain(${model}, ${name}${options})`;
}
