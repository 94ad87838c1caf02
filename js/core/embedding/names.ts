// Where names stand beside their points: none over another, and none over the ring of another's point.
const GAP = 8;
const LINE = 15;
/** From a ring's middle, with the light line around it; above and below with half a name. */
const [ASIDE, APART] = [8, 13];

export interface Name {
  x: number;
  y: number;
  wide: number;
  ringed: boolean;
  /** Asked for; names that nobody asked for keep their distance. */
  matters: boolean;
  /** Has a name whatever rings are in its way. */
  strong: boolean;
}

/** The left end of each name, right of its point or else left of it, and null where there is no room. */
export function beside(names: readonly Name[], width: number, most: number): (number | null)[] {
  const taken: [number, number, number][] = [];
  const rings = names.filter((one) => one.ringed);
  return names.map((one) => {
    const { x, y, wide, matters, strong } = one;
    const [aside, line] = matters ? [2, LINE] : [24, 2 * LINE];
    const free = (left: number) =>
      !taken.some(([a, b, at]) => Math.abs(y - at) < line && left - aside < b && a < left + wide + aside);
    const clear = (left: number) =>
      !rings.some(
        (ring) => ring !== one && Math.abs(y - ring.y) < APART && left < ring.x + ASIDE && ring.x - ASIDE < left + wide,
      );
    const inside = (left: number) => left > 0 && left + wide < width;
    const right = x + GAP;
    const sides = inside(right) ? [right, x - GAP - wide] : [x - GAP - wide];
    const left =
      sides.find((at, k) => (k === 0 || (matters && inside(at))) && free(at) && clear(at)) ??
      (strong ? sides.find(free) : undefined);
    if (left === undefined || taken.length >= most) return null;
    taken.push([left, left + wide, y]);
    return left;
  });
}
