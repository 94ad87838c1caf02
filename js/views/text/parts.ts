// The text on show as parts to draw: pieces that take a colour, what was taken out, and what each change did.
import { change } from "../../core/format";
import type { Run } from "../../core/text/edits";
import type { Span, TextEdit } from "../../core/text/types";
import { textWords } from "../../core/text/words";
import type { Part } from "../../dom/flow";
import type { View } from "./view";

/** What ends with a letter of a script that runs to the left: Hebrew, Arabic and their kin. */
const LEFTWARDS = /[\u0590-\u08ff]\P{L}*$/u;

/** The change stands behind the word that was edited, in the direction of that word. */
function changeOf(view: View, edit: number, after: Part | undefined): Part {
  const step = view.steps.value[edit];
  const text = step === null || step === undefined ? "" : change(step, view.store.task.value === "value");
  const [target] = view.target.value;
  const title = target === null ? "" : textWords.stepTitle(view.store.nameOf(target));
  const dir = LEFTWARDS.test(`${after?.text}`) ? "rtl" : "ltr";
  return { text: text || (view.current.value ? "" : textWords.stepWaits), piece: -1, kind: "chip", edit, title, dir };
}

/** The stretch of a run, cut at the ends of pieces; `next` is the first piece that may lie in it. */
function cutUp(run: Run, text: string, pieces: readonly Span[], next: number, kind: Part["kind"], title?: string) {
  const parts: Part[] = [];
  let [place, at] = [run.from, next];
  const add = (stop: number, piece: number) => {
    if (stop <= place) return;
    const own = piece < 0 ? (kind === "piece" ? "plain" : kind) : kind;
    parts.push({ text: text.slice(place, stop), piece, kind: own, edit: run.edit, ...(title ? { title } : {}) });
    place = stop;
  };
  while (at < pieces.length && pieces[at]!.start < run.to) {
    const { start, stop } = pieces[at]!;
    add(Math.min(start, run.to), -1);
    add(Math.min(stop, run.to), at);
    if (stop > run.to) break;
    at++;
  }
  add(run.to, -1);
  return { parts, next: at };
}

function titleOf(edit: TextEdit | undefined, original: string): string {
  if (edit?.name !== "replace") return "";
  return edit.start === edit.stop ? textWords.wordNew : textWords.wordWas(original.slice(edit.start, edit.stop));
}

/** Tokens that the tokenizer has added, numbered behind the pieces. */
function added(view: View, before: boolean): Part[] {
  const layout = view.layout.value;
  if (!layout || !view.store.display.value.special) return [];
  const first = layout.special.findIndex((own) => !own);
  const parts: Part[] = [];
  layout.special.forEach((own, i) => {
    if (!own || (first < 0 || i < first) !== before) return;
    const name = layout.names.get(i) ?? String(layout.ids[i] ?? "");
    parts.push({
      text: name,
      piece: view.pieces.value.length + i,
      kind: "special",
      edit: null,
      title: textWords.specialToken(name),
    });
  });
  return parts;
}

/** In place of the words that are being typed, a field. */
function withField(view: View, parts: Part[]): Part[] {
  const typing = view.typing.value;
  if (!typing) return parts;
  const field: Part = { text: typing.text, piece: -1, kind: "input", edit: typing.edit };
  const { pieces, edit } = typing;
  const own = (part: Part) =>
    edit !== null
      ? part.edit === edit && part.kind !== "chip"
      : pieces !== null && part.piece >= pieces.start && part.piece <= pieces.stop;
  const first = parts.findIndex(own);
  if (first < 0) return [...parts, field];
  const last = parts.length - 1 - [...parts].reverse().findIndex(own);
  return [...parts.slice(0, first), field, ...parts.slice(last + 1)];
}

export function partsOf(view: View): Part[] {
  return withField(view, drawnParts(view));
}

function drawnParts(view: View): Part[] {
  const { text, runs } = view.edited.value;
  const { text: original } = view.store.spec.value;
  const pieces = view.pieces.value;
  const edits = view.edits.value;
  const out = added(view, true);
  let next = 0;
  for (const run of runs) {
    const edit = run.edit === null ? undefined : edits[run.edit];
    if (edit?.name === "delete") {
      // The space that goes as well is not struck out, so that words stay apart.
      const put = (from: number, to: number, kind: Part["kind"]) => {
        if (from < to) out.push({ text: original.slice(from, to), piece: -1, kind, edit: run.edit });
      };
      put(run.start, edit.start, "plain");
      put(edit.start, edit.stop, "gone");
      out.push(changeOf(view, run.edit!, out.at(-1)));
      put(edit.stop, run.stop, "plain");
      continue;
    }
    const kind = edit?.name === "mask" ? "masked" : edit ? "fresh" : "piece";
    const found = cutUp(run, text, pieces, next, kind, titleOf(edit, original));
    out.push(...found.parts);
    next = found.next;
    if (edit) out.push(changeOf(view, run.edit!, out.at(-1)));
  }
  return [...out, ...added(view, false)];
}
