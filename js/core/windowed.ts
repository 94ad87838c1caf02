// Which lines of a long list are in sight.

interface Window {
  first: number;
  last: number;
  /** Room that the lines before and after take, in pixels. */
  above: number;
  below: number;
}

/** The lines that lie within `beyond` pixels of what is seen from `top`, `height` pixels high. */
export function inSight(
  count: number,
  tall: (line: number) => number,
  [top, height]: readonly [number, number],
  beyond: number,
): Window {
  const found = { first: -1, last: 0, above: 0, below: 0 };
  let y = 0;
  for (let i = 0; i < count; i++) {
    const end = y + tall(i);
    if (found.first < 0 && end > top - beyond) Object.assign(found, { first: i, above: y });
    if (y < top + height + beyond) found.last = i + 1;
    else found.below += tall(i);
    y = end;
  }
  // Nothing is in sight below a list that has just become shorter, until it scrolls.
  return found.first < 0 ? { ...found, first: 0, above: 0 } : found;
}
