// A fake kernel that knows a text: words weigh what a small list says, and long words are several tokens.
import { quantise } from "../core/arrays";
import { put, splice } from "../core/text/edits";
import { wordsOf } from "../core/text/pieces";
import { isSpan } from "../core/text/question";
import type { Span, TextEdit, TextSpec } from "../core/text/types";
import type { Ends, Outgoing, Slot, Stretch } from "../core/types";
import { type About, FakeKernel, noise } from "./fake";

const WEIGHTS: Record<string, number> = {
  good: 1.6,
  great: 2,
  wonderful: 2.2,
  love: 1.5,
  fine: 0.7,
  not: -1.2,
  bad: -1.8,
  boring: -2,
  terrible: -2.4,
  too: -0.6,
  long: -0.7,
};
const LONGEST = 5;

interface Tokens {
  text: string;
  spans: number[];
  weights: number[];
  ids: number[];
}

function idOf(text: string): number {
  let id = 7;
  for (let i = 0; i < text.length; i++) id = (id * 31 + text.charCodeAt(i)) % 30000;
  return id + 1000;
}

function tokensOf(text: string): Tokens {
  const out: Tokens = { text, spans: [0, 0], weights: [0.02], ids: [101] };
  for (const { start, stop } of wordsOf(text)) {
    const word = text.slice(start, stop);
    const count = Math.ceil(word.length / LONGEST);
    const weight = WEIGHTS[word.toLowerCase()] ?? 0.12 * noise(idOf(word), 1);
    for (let i = 0; i < count; i++) {
      const [a, b] = [start + i * LONGEST, Math.min(stop, start + (i + 1) * LONGEST)];
      out.spans.push(a, b);
      out.weights.push(weight / count);
      out.ids.push(idOf(text.slice(a, b)));
    }
  }
  out.spans.push(0, 0);
  out.weights.push(-0.03);
  out.ids.push(102);
  return out;
}

interface Sought {
  open: boolean;
  target: number | null;
  within: Ends | null;
  most: number;
  part: Stretch | null;
}

export class FakeText extends FakeKernel<TextSpec> {
  private sought: Omit<Sought, "open"> = { target: null, within: null, most: 1, part: null };

  protected override get likeliest(): number {
    const [no, yes] = this.scores(this.tokens([]));
    return yes! > no! ? 1 : 0;
  }

  private tokens(edits: readonly TextEdit[]): Tokens {
    const { text, mask } = this.spec;
    const all = tokensOf(splice(text, edits, mask).text);
    const room = Math.min(this.options.room, all.ids.length);
    // The last token is one that the tokenizer adds.
    const seen = <T>(of: T[], each: number) => [...of.slice(0, (room - 1) * each), ...of.slice(-each)];
    return { ...all, spans: seen(all.spans, 2), weights: seen(all.weights, 1), ids: seen(all.ids, 1) };
  }

  private layout({ text, spans, ids }: Tokens, buffer: number) {
    const count = ids.length;
    const arrays = [Uint32Array.from(spans), Uint32Array.from(ids), new Uint8Array(count)];
    arrays[2]![0] = arrays[2]![count - 1] = 1;
    const layout = {
      text,
      tokens: { v: 1, dtype: "<u4", shape: [count, 2], buffer },
      ids: { v: 1, dtype: "<u4", shape: [count], buffer: buffer + 1 },
      special: { v: 1, dtype: "|u1", shape: [count], buffer: buffer + 2 },
      cut: this.options.room > count ? 0 : text.length - Math.max(...spans),
      names: [
        [0, "[CLS]"],
        [count - 1, "[SEP]"],
      ],
    };
    return { layout, arrays };
  }

  private scores({ weights }: Tokens): Float32Array {
    const logit = weights.reduce((sum, weight) => sum + weight, 0.3);
    const positive = 1 / (1 + Math.exp(-logit));
    return Float32Array.of(1 - positive, positive);
  }

  protected override answer(message: Outgoing): void {
    if (message.kind === "menu" && message.open) void this.menu(message as unknown as Span);
    else if (message.kind === "search") void this.search(message as unknown as Sought);
    else if (message.kind === "attention") this.attend(message.layer as number, message.head as number | null);
    else if (message.kind === "heads") this.attendAll(message.layer as number);
    else if (message.kind === "generate") void this.generate(message.count as number);
    else super.answer(message);
  }

  private attend(layer: number, head: number | null): void {
    const tokens = this.tokens(this.current.request.edits as TextEdit[]);
    const { layout, arrays } = this.layout(tokens, 1);
    const count = tokens.ids.length;
    const weight = (i: number) =>
      Math.exp(3 * noise(i, layer + (head ?? 9)) - Math.abs((i % count) - Math.floor(i / count)));
    const grid = quantise(
      Float32Array.from({ length: count * count }, (_, i) => weight(i)),
      count,
      count,
    );
    const weights = { v: 1, dtype: "<u2", shape: [count, count], lo: grid.lo, hi: grid.hi, buffer: 0 };
    const message = { kind: "attention", layer, head, layers: 6, heads: 4, layout, size: [count, count], weights };
    this.emit({ ...message, running: false, error: null }, [grid.codes, ...arrays]);
  }

  private attendAll(layer: number): void {
    const side = this.tokens(this.current.request.edits as TextEdit[]).ids.length;
    const all = Float32Array.from({ length: 4 * side * side }, (_, i) => Math.exp(3 * noise(i, layer)));
    const { codes, lo, hi } = quantise(all, side, 4 * side);
    const weights = { v: 1, dtype: "<u2", shape: [4, side, side], lo, hi, buffer: 0 };
    this.emit({ kind: "heads", layer, layers: 6, heads: 4, weights, running: false, error: null }, [codes]);
  }

  private async generate(count: number): Promise<void> {
    const before = this.tokens(this.current.request.edits as TextEdit[]);
    const words = Object.keys(WEIGHTS);
    const written = Array.from({ length: count }, (_, i) => ` ${words[(i * 3) % words.length]}`);
    const whole = tokensOf(before.text + written.join(""));
    const { layout, arrays } = this.layout(whole, 1);
    const width = whole.ids.length;
    const first = before.ids.length - 1;
    await this.say("generated", 2 * count, (known) => {
      const drawn = Math.min(known, count);
      const tokens = written.slice(0, drawn).map((text, i) => [i, text, 0.5 / (1 + (i % 4))]);
      const told = {
        count,
        text: written.slice(0, drawn).join(""),
        tokens,
        layout: null,
        first: null,
        row: 0,
        rows: null,
      };
      const row = known - count - 1;
      if (row < 0) return told;
      const values = Float32Array.from({ length: width }, (_, i) => (i < first + row ? noise(i, row) : Number.NaN));
      const grid = quantise(values, width, 1);
      const rows = { v: 1, dtype: "<u2", shape: [1, width], lo: grid.lo, hi: grid.hi, buffer: 0 };
      return { ...told, layout, first, row, rows, buffers: [grid.codes, ...arrays] };
    });
  }

  private positive(edits: readonly TextEdit[]): number {
    return this.scores(this.tokens(edits))[1]!;
  }

  private menu({ start, stop }: Span): Promise<void> {
    const edits = this.current.request.edits as TextEdit[];
    const before = this.positive(edits);
    const entries = ["", ...Object.keys(WEIGHTS)].map((text) => {
      const edit: TextEdit = text ? { name: "replace", start, stop, text } : { name: "delete", start, stop };
      const score = this.positive(put(edits, edit));
      return { text, score, delta: score - before, label: score > 0.5 ? "positive" : "negative" };
    });
    entries.sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
    const label = "positive";
    return this.say("menu", 3, (known) => ({ start, stop, label, entries: entries.slice(0, known * 4) }));
  }

  private search({ open, target, within, most }: Sought): Promise<void> {
    const asked = this.current.request.target;
    const part = isSpan(asked) ? asked : null;
    const edits = this.current.request.edits as TextEdit[];
    if (open) this.sought = { target, within, most, part };
    if (!open) return this.say("search", 0, () => ({ ...this.sought, found: [], note: null, edits }));
    const before = this.positive(edits);
    const { text, causal } = this.spec;
    const names = causal ? [" bad", " good"] : ["negative", "positive"];
    const words = wordsOf(text).filter((span) => WEIGHTS[text.slice(span.start, span.stop).toLowerCase()]);
    const found = words.flatMap((span) => {
      const change: TextEdit[] = put(edits, {
        name: "replace",
        ...span,
        text: before > 0.5 ? "terrible" : "wonderful",
      });
      const all =
        most > 1
          ? words.reduce((list, one) => (one === span ? list : put(list, { name: "delete", ...one })), change)
          : change;
      const score = this.positive(all);
      const fits = score > 0.5 !== before > 0.5;
      const made = splice(text, all, this.spec.mask).text;
      const label = names[score > 0.5 ? 1 : 0]!;
      return fits
        ? [{ edits: all, text: made, label, score: Math.max(score, 1 - score), delta: score - before, fluency: -0.4 }]
        : [];
    });
    const size = `${most} edit${most === 1 ? "" : "s"}`;
    const none = `None found within ${size}, made of ${words.length} single ones. All sets of them were tried.`;
    const told = (known: number) => ({
      ...this.sought,
      edits,
      found: found.slice(0, known),
      of: names[1],
      note: found.length || !words.length ? null : none,
      fewest: false,
    });
    return this.say("search", Math.min(3, Math.max(1, found.length)), told);
  }

  protected predict(slot: Slot, { id, request, target, label }: About): void {
    const tokens = this.tokens(request.edits as TextEdit[]);
    const { layout, arrays } = this.layout(tokens, 2);
    if (this.spec.causal) {
      const names = Object.keys(WEIGHTS).map((name, i): [number, string] => [i, ` ${name}`]);
      const [now, before] = [tokens, this.tokens([])].map(({ ids }) =>
        quantise(
          Float32Array.from({ length: 500 }, (_, i) => (i < names.length ? 6 - i / 3 + noise(ids.length + i, 4) : 0)),
          500,
          1,
        ),
      );
      const logits = { v: 1, dtype: "<u2", shape: [500], lo: now!.lo, hi: now!.hi, buffer: 0 };
      const original_logits = { v: 1, dtype: "<u2", shape: [500], lo: before!.lo, hi: before!.hi, buffer: 1 };
      const message = { kind: "prediction", id, slot, task: "classes", target, label, logits, original_logits, names };
      const there = isSpan(request.target) ? { there: names.map(([i]) => [i, 0.5 ** (i + 1)]) } : {};
      this.emit({ ...message, ...there, layout }, [now!.codes, before!.codes, ...arrays]);
      return;
    }
    const array = (buffer: number) => ({ v: 1, dtype: "<f4", shape: [2], buffer });
    this.emit(
      {
        kind: "prediction",
        id,
        slot,
        task: "classes",
        target,
        label,
        probabilities: array(0),
        original: array(1),
        layout,
      },
      [this.scores(tokens), this.scores(this.tokens([])), ...arrays],
    );
  }

  protected map(slot: Slot, about: About, fraction: number, final: boolean): void {
    const tokens = this.tokens(about.request.edits as TextEdit[]);
    const { layout, arrays } = this.layout(tokens, 1);
    const kind = about.request.method.length % 5;
    const unsigned = about.request.method === "saliency";
    const sign = about.target === 0 ? -1 : 1;
    const values = tokens.weights.map((weight, i) => {
      const value = sign * weight + 0.1 * noise(i, kind) + (1 - fraction) * 0.5 * noise(i, kind + 3);
      return unsigned ? Math.abs(value) : value;
    });
    this.emitMap(slot, about, values, [values.length], unsigned, [fraction, final], { layout }, arrays);
  }
}
