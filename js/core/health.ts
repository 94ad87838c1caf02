// The model check, arranged for reading.
import type { Check, Finding, Method, Soundness } from "./types";

export interface Group {
  soundness: Soundness;
  reason: string;
  titles: string[];
}

/** What concerns some methods alone is told beside these. */
function aboutMethods({ severity, effect }: Finding): boolean {
  return severity === "note" && effect !== "sound";
}

export function told(check: Check): Finding[] {
  return check.findings.filter((one) => one.severity !== "ok" && !aboutMethods(one));
}

export function fine(check: Check): Finding[] {
  return check.findings.filter((one) => one.severity === "ok");
}

export function titlesOf(names: readonly string[], methods: readonly Method[]): string[] {
  return names.map((name) => methods.find((method) => method.name === name)?.title ?? name);
}

const ORDER: Soundness[] = ["unsound", "impossible", "sound"];

/** Methods that share a reason, the doubtful ones first. */
export function grouped(check: Check, methods: readonly Method[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [name, { soundness, reason }] of Object.entries(check.methods)) {
    const key = soundness === "sound" ? soundness : `${soundness} ${reason}`;
    const group = groups.get(key) ?? { soundness, reason: soundness === "sound" ? "" : reason, titles: [] };
    groups.set(key, group);
    group.titles.push(...titlesOf([name], methods));
  }
  return [...groups.values()].sort((a, b) => ORDER.indexOf(a.soundness) - ORDER.indexOf(b.soundness));
}

/** As much of a reason as fits into a line of a list. */
export function firstSentence(reason: string): string {
  const end = reason.search(/: |\. (?=[A-Z])|：|。./);
  return (end < 0 ? reason : reason.slice(0, end)).replace(/[.。]$/, "");
}
