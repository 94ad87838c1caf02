// Points in the unit square: how large they are drawn, which is next, and which stay neighbours.
const EDGE = 0.03;

/** Interleaved x, y of any range to the unit square, shape kept, y turned downwards. */
export function unitSquare(positions: Float32Array): { x: Float32Array; y: Float32Array } {
  const n = positions.length >> 1;
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    const [x, y] = [positions[2 * i]!, positions[2 * i + 1]!];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  const scale = (1 - 2 * EDGE) / Math.max(right - left, high - low, 1e-30);
  const [x, y] = [new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    x[i] = 0.5 + (positions[2 * i]! - (left + right) / 2) * scale;
    y[i] = 0.5 - (positions[2 * i + 1]! - (low + high) / 2) * scale;
  }
  return { x, y };
}

export interface Points {
  x: Float32Array;
  y: Float32Array;
}

/** The nearest point in a direction, up to 45 degrees aside. */
export function next(points: Points, from: number, dx: number, dy: number): number {
  let [best, found] = [Infinity, from];
  for (let i = 0; i < points.x.length; i++) {
    const [x, y] = [points.x[i]! - points.x[from]!, points.y[i]! - points.y[from]!];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy - y * dx);
    if (i === from || along <= 0 || aside > along) continue;
    const cost = along + 2 * aside;
    if (cost < best) [best, found] = [cost, i];
  }
  return found;
}

/** Which of these points are among the `k` nearest of one in the layout. */
export function staying(points: Points, of: number, others: readonly number[], k: number): boolean[] {
  const far = (i: number) => (points.x[i]! - points.x[of]!) ** 2 + (points.y[i]! - points.y[of]!) ** 2;
  const nearer = others.map(() => 0);
  const own = others.map(far);
  for (let i = 0; i < points.x.length; i++) {
    if (i === of) continue;
    const square = far(i);
    for (let j = 0; j < own.length; j++) if (square < own[j]!) nearer[j]!++;
  }
  return nearer.map((count) => count < k);
}

/** How large points are drawn, in CSS pixels: so that many do not run into each other, and grow as one comes near. */
export function radiusOf(count: number, zoom: number): number {
  return Math.min(6, Math.max(1.2, (70 / Math.sqrt(count)) * Math.sqrt(zoom)));
}
