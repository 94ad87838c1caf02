// The versions as a table that any program can read.
import { csvOf } from "../csv";
import { splice } from "./edits";
import { nameOfVersion } from "./names";
import type { Version } from "./types";
import { stepOf } from "./versions";

const COLUMNS = ["version", "parent", "change", "text", "class", "score", "step", "delta"];

export function tableOf(versions: readonly Version[], original: string, mask: string | null): string {
  const first = versions.findIndex(({ edits }) => !edits.length);
  const lines = versions.map((version, at) => {
    const whole = versions[first];
    const delta = whole && whole.label === version.label ? version.score - whole.score : null;
    const { text } = splice(original, version.edits, mask);
    const name = nameOfVersion(versions, at, original);
    return [at, version.parent, name, text, version.label, version.score, stepOf(versions, at), delta];
  });
  return csvOf([COLUMNS, ...lines]);
}
