// What the kernel says of its variables.
import type { Kernel } from "@jupyterlab/services";
import { ask } from "../ask";

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

/** The kernel's variables that can be explained; null where it has no xai_widgets to tell. */
export async function offers(kernel: Kernel.IKernelConnection): Promise<Offers | null> {
  try {
    return JSON.parse(await ask(kernel, "namespace", "offers(globals())"));
  } catch {
    return null;
  }
}

/** The cell that explains: with its import, unless the notebook has it. */
export function code({ module }: Offers, model: string, { name, options }: Offers["inputs"][number]): string {
  const begin = module ? "" : "import xai_widgets as xai\n\n";
  return `${begin}${module ?? "xai"}.explain(${model}, ${name}${options})`;
}
