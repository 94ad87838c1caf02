// What the fake kernel finds out about its model: a healthy one, or one with much to say.
import type { Check, Finding, Method, Severity, Soundness } from "../core/types";

function finding(name: string, severity: Severity, sentence: string, more: Partial<Finding> = {}): Finding {
  return { name, severity, sentence, advice: "", methods: [], effect: "sound", where: [], ...more };
}

const FINE: Finding[] = [
  finding("mode", "ok", "The model is in evaluation mode."),
  finding("precision", "ok", "All weights are float32, on one device."),
  finding("runs", "ok", "The model takes the input and returns 10 finite scores."),
  finding("gradient", "ok", "The gradient reaches the input and is finite."),
  finding("slope", "ok", "A small step along the gradient moves the score as the gradient says."),
  finding("repeats", "ok", "Two passes give the same scores."),
  finding("batch_dependence", "ok", "The scores of an input do not depend on the others of its batch."),
  finding("output", "ok", "The scores are raw ones, not probabilities: nothing is saturated."),
];

const NEEDS_RULE =
  "It has no rule for torch.layer_norm, called in vit.py line 274 (forward). Use a method that needs no rules, such as occlusion.";

const UNWELL = (every: string[]): Finding[] => [
  finding(
    "batch_dependence",
    "warning",
    "The scores of an input depend on which others are in its batch: beside another one they differ by 34.1%. Methods that pass several inputs at a time explain a mixture.",
    {
      advice: "Give the normalisation running statistics (track_running_stats=True).",
      methods: every.filter((name) => !["saliency", "grad_cam"].includes(name)),
      effect: "unsound",
      where: ["features.1 (BatchNorm2d)", "features.5 (BatchNorm2d)"],
    },
  ),
  finding(
    "mode",
    "warning",
    "The model is in training mode. Explanations run it in evaluation mode: there 3 layers (dropout, batch normalisation) act otherwise, and your own predictions are of another function.",
    {
      advice: "Call model.eval() where you predict, so that you see what is explained.",
      where: ["features.1", "features.5", "<img src=x onerror=window.xaiHacked=1>"],
    },
  ),
  finding(
    "in_place",
    "note",
    "Operations write into their own input (relu, add). That is harmless here: the model gets a copy of the input, and no value that a method keeps is written over.",
    { where: ["features.2 (ReLU)", "net.py line 41 (forward)"] },
  ),
  finding("no_rule", "note", NEEDS_RULE, {
    methods: ["lrp"],
    effect: "impossible",
    where: ["vit.py line 274 (forward)"],
  }),
  ...FINE.slice(1, 6),
];

function verdicts(findings: Finding[], methods: readonly Method[]): Check["methods"] {
  const entries = methods.map(({ name, why_not }) => {
    const about = findings.find((one) => one.effect !== "sound" && one.methods.includes(name));
    const soundness: Soundness = why_not ? "impossible" : (about?.effect ?? "sound");
    return [name, { soundness, reason: why_not ?? about?.sentence ?? "Nothing was found that speaks against it." }];
  });
  return Object.fromEntries(entries) as Check["methods"];
}

/** The check after each of its looks. */
export function checks(methods: readonly Method[], unwell: boolean): Check[] {
  const all = unwell ? UNWELL(methods.map(({ name }) => name)) : FINE;
  return all.map((_, i) => {
    const findings = all.slice(0, i + 1);
    return {
      severity: findings[0]!.severity,
      findings,
      methods: i > 2 ? verdicts(findings, methods) : {},
      fraction: (i + 1) / all.length,
      forwards: 2 * i + 1,
      backwards: i,
      seconds: 0.2 * (i + 1),
    };
  });
}
