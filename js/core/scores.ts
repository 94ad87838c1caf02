// Which classes to list beside the photo.

export interface Row {
  index: number;
  value: number;
  original: number;
}

/** The `count` largest, largest first; ties keep their order. */
export function top(values: ArrayLike<number>, count: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (Number.isNaN(v) || (best.length === count && v <= values[best[count - 1]!]!)) continue;
    let at = best.length;
    while (at > 0 && values[best[at - 1]!]! < v) at--;
    best.splice(at, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}

/** The top classes, by scores where many values are nought, and after them those asked about that did not make it. */
export function rows(
  values: ArrayLike<number>,
  original: ArrayLike<number>,
  count: number,
  asked: number[],
  scores = values,
): Row[] {
  const list = top(scores, count);
  for (const index of asked) if (index < values.length && !list.includes(index)) list.push(index);
  return list.map((index) => ({ index, value: values[index]!, original: original[index] ?? values[index]! }));
}

/** Classes whose label holds every word of the query: the very label first, then those that start with it, then by score. */
export function find(labels: readonly string[], query: string, scores: ArrayLike<number>, limit: number): number[] {
  const terms = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const whole = terms.join(" ");
  const hits: number[] = [];
  labels.forEach((label, i) => {
    const text = label.toLowerCase();
    if (terms.every((term) => text.includes(term)) || String(i) === whole) hits.push(i);
  });
  const starts = (i: number) => {
    const label = labels[i]!.toLowerCase();
    return whole === "" ? 0 : Number(label === whole) * 2 + Number(label.startsWith(whole));
  };
  hits.sort((a, b) => starts(b) - starts(a) || (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  return hits.slice(0, limit);
}
