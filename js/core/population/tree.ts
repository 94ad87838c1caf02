// A decision tree on paper: the root at the left, leaves below each other, each node in the middle of those it leads to.
import type { Node } from "./types";

export interface Placed {
  node: Node;
  parent: number | null;
  children: number[];
  /** In leaves from the top, fractions kept. */
  y: number;
}

/** Nodes come each before those below it. */
export function placed(nodes: readonly Node[]): Placed[] {
  const found: Placed[] = nodes.map((node) => ({ node, parent: null, children: [], y: 0 }));
  const above: number[] = [];
  let leaves = 0;
  found.forEach((one, i) => {
    above.length = one.node.depth;
    one.parent = above[above.length - 1] ?? null;
    if (one.parent !== null) found[one.parent]!.children.push(i);
    above.push(i);
    if (one.node.leaf) one.y = leaves++;
  });
  for (const one of [...found].reverse()) {
    if (!one.children.length) continue;
    const [first, last] = [one.children[0]!, one.children[one.children.length - 1]!];
    one.y = (found[first]!.y + found[last]!.y) / 2;
  }
  return found;
}

/** The nodes from the root to this one, both included. */
export function pathTo(tree: readonly Placed[], at: number): number[] {
  const path = [];
  for (let i: number | null = at; i !== null; i = tree[i]!.parent) path.unshift(i);
  return path;
}

/** Where an arrow key leads: to what is above, to the first below, or to the next of the same depth. */
export function step(tree: readonly Placed[], at: number, key: string): number {
  const { parent, children, node } = tree[at]!;
  if (key === "ArrowLeft") return parent ?? at;
  if (key === "ArrowRight") return children[0] ?? at;
  const level = tree.map((_, i) => i).filter((i) => tree[i]!.node.depth === node.depth);
  const to = level.indexOf(at) + (key === "ArrowDown" ? 1 : -1);
  return level[Math.min(level.length - 1, Math.max(0, to))]!;
}

/** Hues that are told apart by those who see few colours (Okabe and Ito 2008); the answer stands beside each in words. */
const HUES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const REST = "#7f858d";

/** A colour for each answer, by name: the same while the tree grows. */
export function hues(nodes: readonly Node[]): Map<string, string> {
  const answers = [...new Set(nodes.map(({ answer }) => answer))].sort((a, b) => a.localeCompare(b));
  return new Map(answers.map((answer, i) => [answer, HUES[i] ?? REST]));
}
