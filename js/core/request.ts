// Requests as values: nothing here changes its argument.
import type { AnyEdit, Known, Method, Request, Target, Value } from "./types";

function sorted(record: object): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The same for equal requests, whatever the order of names. */
export function keyOf(request: Request): string {
  return JSON.stringify([request.method, sorted(request.params), request.target, request.edits.map(sorted)]);
}

/** The unit asked about, in the kernel's words; null for a class. */
export function unitOf(target: Target): string | null {
  if (target === null || typeof target === "number" || Array.isArray(target)) return null;
  if ("span" in target) return null;
  return `${target.layer} unit ${target.index.join(", ")}`;
}

export function sameEdits(a: readonly AnyEdit[], b: readonly AnyEdit[]): boolean {
  return JSON.stringify(a.map(sorted)) === JSON.stringify(b.map(sorted));
}

/** Whether what is known answers a question, which may leave parameters open. */
export function answers({ request, found }: Known, asked: Request): boolean {
  const said = (value: unknown) => JSON.stringify(value);
  const targets = [request.target, found].map(said);
  const params = Object.entries(asked.params);
  return (
    request.method === asked.method &&
    sameEdits(request.edits, asked.edits) &&
    targets.includes(said(asked.target)) &&
    params.every(([name, value]) => said(request.params[name]) === said(value))
  );
}

/** What a parameter is set to: the request's own value or the default. */
export function parameterOf(method: Method, request: Request, name: string): Value {
  const own = request.params[name];
  return own !== undefined ? own : (method.parameters.find((p) => p.name === name)?.default ?? null);
}
