// Answers as the views use them: arrays decoded once.
import { decodeCounts, decodeFloats } from "../arrays";
import type { Bytes } from "../types";
import type { Along, Answer, Bars, Curve, CurveMessage, Dots, StudyMessage, Surface, Tree } from "./types";

const NONE = new Float32Array();

function barsOf({ values, interval, measures }: StudyMessage, buffers: readonly Bytes[]): Bars | null {
  if (!values) return null;
  const named = Object.entries(measures ?? {}).map(([name, one]) => [name, decodeFloats(one, buffers)] as const);
  return {
    values: decodeFloats(values, buffers),
    interval: interval ? decodeFloats(interval, buffers) : null,
    measures: Object.fromEntries(named),
  };
}

function dotsOf({ shown, places, local, data }: StudyMessage, buffers: readonly Bytes[]): Dots | null {
  if (!shown || !places || !local || !data) return null;
  return {
    shown,
    places: decodeCounts(places, buffers),
    local: decodeFloats(local, buffers),
    data: decodeFloats(data, buffers),
  };
}

function curveOf(one: CurveMessage | null, buffers: readonly Bytes[]): Curve | null {
  if (!one) return null;
  return {
    grid: decodeFloats(one.grid, buffers),
    mean: decodeFloats(one.mean, buffers),
    interval: decodeFloats(one.interval, buffers),
    lines: one.lines ? decodeFloats(one.lines, buffers) : NONE,
  };
}

function alongOf(message: StudyMessage, buffers: readonly Bytes[]): Along | null {
  const { dependence, accumulated, level, domain, counts } = message;
  if (dependence === undefined) return null;
  return {
    dependence: curveOf(dependence, buffers),
    accumulated: curveOf(accumulated ?? null, buffers),
    level: level ?? 0,
    domain: domain ?? [0, 1],
    counts: counts ?? [],
  };
}

function surfaceOf({ grids, mean, interval }: StudyMessage, buffers: readonly Bytes[]): Surface | null {
  if (!grids || !mean || !interval) return null;
  return {
    grids: [decodeFloats(grids[0], buffers), decodeFloats(grids[1], buffers)],
    mean: decodeFloats(mean, buffers),
    interval: decodeFloats(interval, buffers),
  };
}

function treeOf({ nodes, fidelity, guess, held_out, measure, rules }: StudyMessage): Tree | null {
  if (!nodes) return null;
  return {
    nodes: nodes.map(([condition, depth, answer, rows, purity, leaf]) => ({
      condition,
      depth,
      answer,
      rows,
      purity,
      leaf,
    })),
    fidelity: fidelity ?? Number.NaN,
    guess: guess ?? Number.NaN,
    heldOut: held_out ?? 0,
    measure: measure ?? "",
    rules: rules ?? "",
  };
}

export function answerOf(message: StudyMessage, buffers: readonly Bytes[]): Answer {
  return {
    message,
    bars: barsOf(message, buffers),
    dots: dotsOf(message, buffers),
    along: alongOf(message, buffers),
    surface: surfaceOf(message, buffers),
    tree: treeOf(message),
  };
}
