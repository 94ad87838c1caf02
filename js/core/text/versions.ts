// The tree of edits: every version of the text that was on show, and what each step did to the prediction.
import type { TextEdit, Version } from "./types";

/** Compared over and over: told once of each list, none of which is ever changed. */
const known = new WeakMap<readonly TextEdit[], string>();

function keyOfAll(edits: readonly TextEdit[]): string {
  const key = known.get(edits) ?? edits.map(keyOf).join("\n");
  known.set(edits, key);
  return key;
}

export function placeOf(versions: readonly Version[], edits: readonly TextEdit[]): number | null {
  const key = keyOfAll(edits);
  const at = versions.findIndex((version) => keyOfAll(version.edits) === key);
  return at < 0 ? null : at;
}

/** Adds a version below the one it was made from, or says anew what is known of one. */
export function grown(versions: readonly Version[], version: Version): Version[] {
  const at = placeOf(versions, version.edits);
  if (at === null) return [...versions, version];
  return versions.map((one, i) => (i === at ? { ...one, score: version.score, label: version.label } : one));
}

function same(a: Version, b: Version | undefined): boolean {
  if (a.parent !== b?.parent || a.score !== b.score || a.delta !== b.delta || a.label !== b.label) return false;
  return keyOfAll(a.edits) === keyOfAll(b.edits);
}

/**
 * What the kernel kept, and after it what was seen here and is not in its list yet: what is no longer in it, of which
 * it told before, goes. What is known stays as it is.
 */
export function joined(kept: readonly Version[], told: readonly Pick<Version, "edits">[], seen: Version[]): Version[] {
  const out = kept.map((one, at) => (same(one, seen[at]) ? seen[at]! : one));
  const places = new Map(out.map(({ edits }, at) => [keyOfAll(edits), at]));
  const before = new Set(told.map(({ edits }) => keyOfAll(edits)));
  for (const version of seen) {
    const key = keyOfAll(version.edits);
    if (places.has(key) || before.has(key)) continue;
    const parent = version.parent === null ? undefined : seen[version.parent];
    places.set(key, out.length);
    out.push({ ...version, parent: parent ? (places.get(keyOfAll(parent.edits)) ?? null) : null });
  }
  return out.length === seen.length && out.every((one, at) => one === seen[at]) ? seen : out;
}

/** What a step did: the score minus that of the version it was made from; null where that is not known. */
export function stepOf(versions: readonly Version[], at: number): number | null {
  const version = versions[at];
  return version ? stepFrom(version, version.parent === null ? undefined : versions[version.parent]) : null;
}

/** The same, of a version and the one that it was made from. */
export function stepFrom(version: Version, parent: Version | undefined): number | null {
  return parent && parent.label === version.label ? version.score - parent.score : null;
}

/** For each edit of a version what the step did that brought it; null where other edits came with it. */
export function stepsOf(versions: readonly Version[], edits: readonly TextEdit[]): (number | null)[] {
  const known = new Map<string, number | null>();
  const seen = new Set<number>();
  for (let at = placeOf(versions, edits); at !== null && !seen.has(at); at = versions[at]!.parent) {
    seen.add(at);
    const version: Version = versions[at]!;
    const parent = version.parent === null ? undefined : versions[version.parent];
    const before = new Set((parent?.edits ?? []).map(keyOf));
    const fresh = version.edits.map(keyOf).filter((key) => !before.has(key));
    for (const key of fresh) known.set(key, fresh.length === 1 ? stepOf(versions, at) : null);
  }
  return edits.map((edit) => known.get(keyOf(edit)) ?? null);
}

/** The same for equal edits. */
export function keyOf(edit: TextEdit): string {
  return `${edit.name} ${edit.start} ${edit.stop} ${edit.name === "replace" ? JSON.stringify(edit.text) : ""}`;
}

export interface Node {
  at: number;
  depth: number;
}

/** Each version before those made from it; a chain without branches stays at one depth. */
export function treeOf(versions: readonly Version[]): Node[] {
  const below = new Map<number | null, number[]>();
  versions.forEach(({ parent }, at) => {
    const holder = parent !== null && parent < versions.length && parent !== at ? parent : null;
    below.set(holder, [...(below.get(holder) ?? []), at]);
  });
  const out: Node[] = [];
  const walk = (at: number, depth: number) => {
    out.push({ at, depth });
    const inside = below.get(at) ?? [];
    inside.slice(1).forEach((one) => {
      walk(one, depth + 1);
    });
    if (inside.length) walk(inside[0]!, depth);
  };
  for (const root of below.get(null) ?? []) walk(root, 0);
  return out;
}
