// The model check on the browser's side: when it is asked for, and how it is arranged.
import { describe, expect, it } from "vitest";
import { fine, firstSentence, grouped, told } from "../core/health";
import type { Check, CheckMessage, Finding, Method } from "../core/types";
import { Health } from "../host/health";
import { checks } from "./fakecheck";

const METHODS = ["saliency", "lrp", "rise"].map((name) => ({ name, title: name.toUpperCase() })) as Method[];

function check(more: Partial<Check> = {}): Check {
  return { severity: "ok", findings: [], methods: {}, fraction: 1, forwards: 0, backwards: 0, seconds: 0, ...more };
}

function finding(name: string, more: Partial<Finding>): Finding {
  return { name, severity: "note", sentence: name, advice: "", methods: [], effect: "sound", where: [], ...more };
}

function message(fraction: number | null, running = false, error: string | null = null): CheckMessage {
  return { kind: "check", check: fraction === null ? null : check({ fraction }), running, error };
}

function bench() {
  const sent: boolean[] = [];
  return { sent, health: new Health((open) => sent.push(open)) };
}

describe("Health", () => {
  it("asks when a view shows it, and stops when the last one folds it up before the end", () => {
    const { sent, health } = bench();
    const [one, two] = [{}, {}];
    health.show(one, true);
    expect(health.running.value).toBe(true);
    health.show(two, true);
    health.take(message(0.5, true));
    health.show(one, false);
    expect(sent).toEqual([true, true]);
    health.show(two, false);
    expect(sent).toEqual([true, true, false]);
    expect(health.running.value).toBe(false);
  });

  it("stops nothing that has ended or was never begun", () => {
    const { sent, health } = bench();
    const view = {};
    health.show(view, false);
    health.show(view, true);
    health.take(message(1));
    health.show(view, false);
    expect(sent).toEqual([true]);
  });

  it("asks again where another browser stopped it, and not after an error", () => {
    const { sent, health } = bench();
    const view = {};
    health.show(view, true);
    health.take(message(0.5, false));
    expect(sent).toEqual([true, true]);
    health.take(message(null, false, "no"));
    expect(sent).toEqual([true, true]);
    expect(health.error.value).toBe("no");
    health.show(view, false);
    health.take(message(0.5, false));
    expect(sent).toEqual([true, true]);
  });

  it("asks a kernel that is there again, if it is to be seen", () => {
    const { sent, health } = bench();
    health.welcomed();
    expect(sent).toEqual([]);
    health.show({}, true);
    health.welcomed();
    expect(sent).toEqual([true, true]);
  });
});

describe("arranging", () => {
  it("tells beside the methods what concerns some of them alone", () => {
    const findings = [
      finding("batch", { severity: "warning", effect: "unsound", methods: ["rise"] }),
      finding("in place", {}),
      finding("no rule", { effect: "impossible", methods: ["lrp"] }),
      finding("mode", { severity: "ok" }),
    ];
    expect(told(check({ findings })).map(({ name }) => name)).toEqual(["batch", "in place"]);
    expect(fine(check({ findings })).map(({ name }) => name)).toEqual(["mode"]);
  });

  it("groups methods by reason, the doubtful ones first", () => {
    const methods: Check["methods"] = {
      saliency: { soundness: "sound", reason: "a" },
      lrp: { soundness: "impossible", reason: "b" },
      rise: { soundness: "unsound", reason: "c" },
      unheard_of: { soundness: "unsound", reason: "c" },
    };
    expect(grouped(check({ methods }), METHODS)).toEqual([
      { soundness: "unsound", reason: "c", titles: ["RISE", "unheard_of"] },
      { soundness: "impossible", reason: "b", titles: ["LRP"] },
      { soundness: "sound", reason: "", titles: ["SALIENCY"] },
    ]);
  });

  it("shortens reasons to what a list can hold", () => {
    expect(firstSentence("It has no rule for torch.layer_norm, called in vit.py line 2 (forward). Use another.")).toBe(
      "It has no rule for torch.layer_norm, called in vit.py line 2 (forward)",
    );
    expect(firstSentence("Scores differ by 34.1% beside another: They mix.")).toBe(
      "Scores differ by 34.1% beside another",
    );
    expect(firstSentence("no ReLU in this model")).toBe("no ReLU in this model");
  });

  it("is what the fake kernel ends with", () => {
    for (const unwell of [false, true]) expect(checks(METHODS, unwell).at(-1)?.fraction).toBe(1);
  });
});
