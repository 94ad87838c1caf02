// A fake kernel that knows a photo: bumps of evidence, and pictures that edits spoil.
import { strokesOf } from "../core/image/edits";
import type { Edit, Outgoing, Slot, Spec, State } from "../core/types";
import type { Asked } from "../host/image";
import { type About, FakeKernel, type FakeOptions, noise } from "./fake";

/** Bumps of evidence, x, y, width and weight in shares of the grid. */
export type Bump = [number, number, number, number];
const BUMPS: Bump[] = [
  [0.36, 0.42, 0.07, 1],
  [0.64, 0.4, 0.07, 0.9],
  [0.5, 0.6, 0.1, 0.8],
  [0.15, 0.8, 0.14, -0.6],
];

interface Sought extends Asked {
  open: boolean;
  n: number;
}

export class FakeImage extends FakeKernel<Spec> {
  private sought: Asked = { way: "cover", target: null, within: null, most: 1, fill: "mean" };

  constructor(
    spec: Spec,
    state: State,
    options?: Partial<FakeOptions>,
    private readonly bumps: Bump[] = BUMPS,
    snapshot?: unknown,
  ) {
    super(spec, state, options, snapshot);
  }

  protected override answer(message: Outgoing): void {
    if (message.kind === "search") void this.search(message as unknown as Sought);
    else if (message.kind === "other") void this.other(message.name as string);
    else super.answer(message);
  }

  /** Finds quarters of the picture, one after the other; or other pictures, where no edit makes them. */
  private search({ open, n, ...now }: Sought): Promise<void> {
    if (open) this.sought = now;
    const { way, fill } = this.sought;
    const [height, width] = this.spec.grid;
    const { edits } = this.current.request;
    const edited = way === "cover";
    const found = [0, 1].slice(0, n).map((column) => {
      const [left, right] = [column * (width / 2), (1 - column) * (width / 2)];
      const row = [width / 2, right];
      const runs = [left, ...Array.from({ length: height / 2 - 1 }, () => row).flat(), width / 2];
      runs.push(width * height - runs.reduce((sum, one) => sum + one, 0));
      const edit = edited ? { name: "regions" as const, size: [height, width], runs, fill, colour: [0, 0, 0] } : null;
      const regions = edited || way === "other" ? column + 1 : null;
      const [area, survives, distance] = [0.25, 3 - column, 0.031];
      const of = (buffer: number) => ({ v: 1, dtype: "|u1", shape: [4, 4, 3], buffer });
      const told = { label: "tiger cat", score: 0.4, before: 0.62, after: 0.21, area, distance, survives };
      return { ...told, edit, regions, picture: of(column), whole: edited ? null : of(column) };
    });
    const told = (known: number) => ({
      ...this.sought,
      edits,
      found: found.slice(0, open ? known : 0),
      was: (!edited && known && found[0]?.picture) || null,
      of: "tabby",
      note: known === found.length && edited ? "No smaller set of these 40 regions does it: all were tried." : null,
      buffers: found.slice(0, known).map((_, i) => new Uint8Array(48).fill(90 * i + 60)),
    });
    return this.say("search", open ? found.length : 0, told);
  }

  private other(name: string): Promise<void> {
    const picture = { v: 1, dtype: "|u1", shape: [4, 4, 3], buffer: 0 };
    return this.say("other", 1, (known) =>
      known ? { name, label: "lynx", picture, buffers: [new Uint8Array(48)] } : { name, label: null, picture: null },
    );
  }

  /** How much of the picture the edits destroy, 0..1. */
  private damage(edits: readonly Edit[]): number {
    const [height, width] = this.spec.grid;
    const painted = strokesOf(edits).reduce((sum, s) => sum + (s.points.length / 2) * s.radius ** 2, 0);
    const slid = edits.reduce((sum, e) => ("value" in e ? sum + Math.abs(e.value) / 30 : sum), 0);
    return 1 - Math.exp(-(painted * 3) / (width * height) - slid);
  }

  protected predict(slot: Slot, { id, request, target, label }: About): void {
    const { task } = this.options;
    const edits = request.edits as Edit[];
    const length = this.spec.labels?.length ?? this.options.outputs;
    const scores = (damage: number) => {
      if (task === "value") return Float32Array.from({ length }, (_, i) => 31.5 - 20 * i - damage);
      const p = Float32Array.from({ length }, (_, i) =>
        Math.exp(i < 8 ? 6.2 - i * (1.15 - damage) - (i === 0 ? damage * 3 : 0) : -2 + noise(i, 3)),
      );
      const sum = p.reduce((a, b) => a + b, 0);
      return p.map((v) => v / sum);
    };
    const damage = this.damage(edits);
    const buffers: ArrayBufferView[] = [scores(damage), scores(0)];
    const shape = [length];
    const [h, w] = this.spec.grid;
    if (edits.length) buffers.push(this.picture(edits, w, h));
    const picture = edits.length ? { v: 1, dtype: "|u1", shape: [h, w, 3], buffer: 2 } : null;
    const probabilities = { v: 1, dtype: "<f4", shape, buffer: 0 };
    const original = { v: 1, dtype: "<f4", shape, buffer: 1 };
    this.emit({ kind: "prediction", id, slot, task, target, label, probabilities, original, picture }, buffers);
  }

  /** The page may put the real photo's pixels here, so that edits are seen on it. */
  pixels: Uint8Array | null = null;

  private picture(edits: readonly Edit[], w: number, h: number): Uint8Array {
    const out = this.pixels ? this.pixels.slice() : new Uint8Array(w * h * 3).fill(150);
    for (const edit of edits) {
      if (edit.name === "brightness")
        for (let i = 0; i < out.length; i++) out[i] = Math.min(255, out[i]! * (1 + edit.value / 100));
      if (edit.name === "regions")
        for (let at = 0, k = 0; k < edit.runs.length; at += edit.runs[k++]!)
          if (k % 2) out.fill(120, at * 3, (at + edit.runs[k]!) * 3);
      if (edit.name !== "occlude") continue;
      for (let k = 0; k < edit.points.length; k += 2) {
        const [px, py, r] = [edit.points[k]!, edit.points[k + 1]!, edit.radius];
        for (let y = Math.max(0, Math.ceil(py - r)); y <= Math.min(h - 1, py + r); y++)
          for (let x = Math.max(0, Math.ceil(px - r)); x <= Math.min(w - 1, px + r); x++)
            if ((x - px) ** 2 + (y - py) ** 2 <= r * r) {
              const colour = edit.fill === "colour" ? edit.colour : [124, 116, 104];
              for (let c = 0; c < 3; c++)
                out[(y * w + x) * 3 + c] = edit.fill === "noise" ? 128 + 100 * noise(x * 7 + y, c) : colour[c]!;
            }
      }
    }
    return out;
  }

  protected map(slot: Slot, about: About, fraction: number, final: boolean): void {
    const { request, target } = about;
    const [height, width] = this.spec.grid.map((side) => Math.ceil(side / this.options.coarse)) as [number, number];
    const values = new Float32Array(width * height);
    const unsigned = request.method === "saliency";
    const kind = request.method.length % 5;
    const shift = Array.isArray(target) ? 0.03 : 0;
    const grain = (1 - fraction) * 0.7 + (unsigned ? 0.3 : 0.12);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [u, v] = [x / width - shift, y / height];
        let sum = 0;
        for (const [bx, by, size, weight] of this.bumps) {
          const s = size * (1 + kind * 0.15);
          sum += weight * Math.exp(-((u - bx) ** 2 + (v - by) ** 2) / (2 * s * s));
        }
        const i = y * width + x;
        const value =
          sum * (this.options.rough ? noise(i, 5) : 1 + grain * 1.5 * noise(i, kind)) +
          grain * 0.25 * noise(i, kind + 9);
        values[i] = 0.01 * (unsigned ? Math.abs(value) : value);
        if (this.options.missing && x > width - 24 && y < 24) values[i] = Number.NaN;
      }
    this.emitMap(slot, about, values, [height, width], unsigned, [fraction, final]);
  }
}
