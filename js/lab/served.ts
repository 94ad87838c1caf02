// What the server's part of this package hands out, without a kernel.
import { ServerConnection } from "@jupyterlab/services";
import { isChinese } from "./language";

export interface Served<T> {
  /** The default export of its module. */
  made: T;
  style: string;
}

/** By their addresses: what was loaded once serves all who ask. */
const known = new Map<string, Promise<Served<unknown>>>();

async function load(address: string): Promise<Served<unknown>> {
  const answer = await ServerConnection.makeRequest(address, {}, ServerConnection.makeSettings());
  if (!answer.ok) throw new Error(answer.statusText);
  const { module, style } = (await answer.json()) as { module: string; style: string };
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  try {
    return { made: ((await import(/* webpackIgnore: true */ url)) as { default: unknown }).default, style };
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A module of that name and its style, in JupyterLab's language. What fails may be asked for again. */
export function served<T>(name: string): Promise<Served<T>> {
  const { baseUrl } = ServerConnection.makeSettings();
  const address = `${baseUrl}xai-widgets/${name}?language=${isChinese() ? "zh" : ""}`;
  const found = known.get(address) ?? load(address);
  known.set(address, found);
  found.catch(() => known.delete(address));
  return found as Promise<Served<T>>;
}
