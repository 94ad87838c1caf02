// Curves along a column on one axis: as levels, or as differences from the left end of the grid.
import { ends } from "./axes";
import type { Along, Curve } from "./types";

/** What a curve is at a value, straight between its points and flat beyond them. */
export function curveAt({ grid, mean }: Pick<Curve, "grid" | "mean">, value: number): number {
  const after = grid.findIndex((x) => x >= value);
  if (after < 0) return mean[mean.length - 1] ?? Number.NaN;
  if (after === 0 || grid[after] === value) return mean[after]!;
  const [x0, x1] = [grid[after - 1]!, grid[after]!];
  return mean[after - 1]! + ((value - x0) / (x1 - x0)) * (mean[after]! - mean[after - 1]!);
}

export interface Drawn {
  dependence: Curve | null;
  accumulated: Curve | null;
}

const moved = (curve: Curve, by: number, lines: Float32Array): Curve => ({
  ...curve,
  mean: curve.mean.map((value) => value + by),
  lines,
});

/**
 * The curves as they are drawn. The accumulated effects have mean 0 over the data, and take the mean of the dependence;
 * centred, each line is its difference from where it stands at the left end of the grid.
 */
export function drawn({ dependence, accumulated, level }: Along, centred: boolean): Drawn {
  if (!centred || !dependence)
    return { dependence, accumulated: accumulated && moved(accumulated, level, accumulated.lines) };
  const points = dependence.grid.length;
  const lines = dependence.lines.map((value, i) => value - dependence.lines[i - (i % points)]!);
  return {
    dependence: moved(dependence, -dependence.mean[0]!, lines),
    accumulated: accumulated && moved(accumulated, -curveAt(accumulated, dependence.grid[0]!), accumulated.lines),
  };
}

/** From the lowest to the highest of all that is drawn, as far as it is known. */
export function heights({ dependence, accumulated }: Drawn, lines: boolean): [number, number] {
  const edge = (curve: Curve | null, sign: number) =>
    curve ? curve.mean.map((value, i) => value + sign * curve.interval[i]!) : [];
  const [low, high] = ends(
    dependence?.mean ?? [],
    accumulated?.mean ?? [],
    edge(dependence, -1),
    edge(dependence, 1),
    lines ? (dependence?.lines ?? []) : [],
  );
  const room = 0.04 * (high - low);
  return [low - room, high + room];
}
