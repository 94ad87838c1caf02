// The versions as a table that any program can read.
import { splice } from "./edits";
import { nameOfVersion } from "./names";
import type { Version } from "./types";
import { stepOf } from "./versions";

const COLUMNS = ["version", "parent", "change", "text", "class", "score", "step", "delta"];

/** RFC 4180; what a spreadsheet would take for a formula is led by an apostrophe. */
function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function tableOf(versions: readonly Version[], original: string, mask: string | null): string {
  const first = versions.findIndex(({ edits }) => !edits.length);
  const lines = versions.map((version, at) => {
    const whole = versions[first];
    const delta = whole && whole.label === version.label ? version.score - whole.score : null;
    const { text } = splice(original, version.edits, mask);
    const name = nameOfVersion(versions, at, original);
    return [at, version.parent, name, text, version.label, version.score, stepOf(versions, at), delta]
      .map(field)
      .join(",");
  });
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}
