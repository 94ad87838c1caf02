// What a version is called: what was changed last.

import { cut } from "../format";
import type { TextEdit, Version } from "./types";
import { keyOf } from "./versions";
import { spelled } from "./visible";
import { textWords } from "./words";

const LONGEST = 28;

function brief(text: string): string {
  return cut(spelled(text.trim()), LONGEST);
}

export function nameOfEdit(edit: TextEdit, original: string): string {
  const old = brief(original.slice(edit.start, edit.stop));
  if (edit.name === "replace") return textWords.versionWritten(old, brief(edit.text));
  return edit.name === "mask" ? textWords.versionMasked(old) : textWords.versionText(old);
}

export function nameOfVersion(versions: readonly Version[], at: number, original: string): string {
  const version = versions[at]!;
  return nameOf(version, version.parent === null ? undefined : versions[version.parent], original);
}

/** The same, of a version and the one that it was made from. */
export function nameOf(version: Version, parent: Version | undefined, original: string): string {
  if (!version.edits.length) return textWords.versionOriginal;
  const before = parent?.edits ?? [];
  const known = new Set(before.map(keyOf));
  const fresh = version.edits.filter((edit) => !known.has(keyOf(edit)));
  if (fresh.length === 1) return nameOfEdit(fresh[0]!, original);
  if (fresh.length) return `${nameOfEdit(fresh[0]!, original)} ${textWords.versionMore(fresh.length - 1)}`;
  const now = new Set(version.edits.map(keyOf));
  const back = before.filter((edit) => !now.has(keyOf(edit)));
  return back.length
    ? textWords.versionBack(brief(original.slice(back[0]!.start, back[0]!.stop)))
    : textWords.searchChanges(version.edits.length);
}
