// The view as one picture, and as text, for places where no widget can live: saved notebooks, slides, issues.
import { valueAt } from "../../core/arrays";
import { cut } from "../../core/format";
import { levelOf, type Page, rgb, shadeAt } from "../../core/text/shade";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { canvasOf } from "../../dom/canvas";
import { fitted } from "../../dom/fit";
import { ends, paintBar } from "../../dom/legend";
import { agreementText, verdictOf } from "../../panels/agreement";
import { apartEnds } from "../../panels/disagreement";
import { classesText, drawBars, drawEnds, fontOf, INK, methodsText, questionText, writer } from "../../panels/paper";
import { partsOf } from "./parts";
import type { Shades, View } from "./view";

const [WIDTH, SIDE, GAP, LINE, SIZE] = [520, 212, 16, 24, 15];
/** What a picture can hold of a long text. */
const MOST_LINES = 24;
const MOST_CHARACTERS = 1200;
const PAPER: Page = { paper: [255, 255, 255], ink: [31, 35, 40] };

export function describe(view: View): string {
  const text = cut(spelled(view.text.value), MOST_CHARACTERS);
  const question = questionText(view, textWords.title);
  return [question, text, methodsText(view), agreementText(view), classesText(view)].filter(Boolean).join("\n");
}

interface Word {
  text: string;
  colours: { paper: string; ink: string } | null;
  gone: boolean;
  end: boolean;
}

/** The parts of the text, cut where a line may end. */
function wordsOf(view: View, map: Shades | null): Word[] {
  const look = map?.look;
  const out: Word[] = [];
  for (const part of partsOf(view)) {
    if (part.kind === "input") continue;
    let colours: Word["colours"] = null;
    if (map && look && part.piece >= 0 && part.piece < map.grid.codes.length) {
      const { codes, lo, hi } = map.grid;
      const level = levelOf(valueAt(codes[part.piece]!, lo, hi), look);
      const shade = level < 0 ? null : shadeAt(look, level / 256, PAPER);
      colours = shade && { paper: rgb(shade.paper), ink: rgb(shade.ink) };
    }
    const text = part.kind === "chip" ? ` ${part.text} ` : part.text;
    for (const word of text.split(/(\n|[^\S\n]+)/)) {
      if (!word) continue;
      const end = word === "\n";
      out.push({
        text: end ? "" : spelled(word),
        colours: part.kind === "chip" ? null : colours,
        gone: part.kind === "gone",
        end,
      });
    }
  }
  return out;
}

/** Writes the text line by line; returns where it ends. */
function drawText(
  ctx: CanvasRenderingContext2D,
  list: readonly Word[],
  x0: number,
  top: number,
  width: number,
): number {
  ctx.font = fontOf(SIZE);
  let [x, line] = [0, 0];
  for (const { text, colours, gone, end } of list) {
    const wide = ctx.measureText(text).width;
    if (end || (x + wide > width && x > 0 && text.trim())) {
      x = 0;
      line++;
    }
    if (line >= MOST_LINES) {
      ctx.fillStyle = INK;
      ctx.fillText("…", x0, top + line * LINE);
      line++;
      break;
    }
    const y = top + line * LINE;
    if (colours) {
      ctx.fillStyle = colours.paper;
      ctx.fillRect(x0 + x, y - SIZE, wide, LINE - 4);
    }
    ctx.fillStyle = colours?.ink ?? INK;
    ctx.fillText(text, x0 + x, y, width);
    if (gone) ctx.fillRect(x0 + x, y - SIZE / 3, wide, 1);
    x += wide;
  }
  return top + (line + 1) * LINE;
}

export function snapshot(view: View, most?: number): string {
  const canvas = canvasOf(WIDTH + SIDE + 3 * GAP, 2000);
  const ctx = canvas.getContext("2d", { alpha: false })!;
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  const write = writer(ctx, WIDTH);
  write(questionText(view, textWords.title), GAP, GAP + 16, { size: 17, bold: true, most: canvas.width - 2 * GAP });
  const { a, b, apart } = view.shades;
  let y = GAP + 52;
  for (const shown of view.comparing.value ? [a, b, apart] : [a]) {
    const look = shown.value?.look;
    y = drawText(ctx, wordsOf(view, shown.value), GAP, y, WIDTH);
    if (!look) continue;
    paintBar(ctx, look, GAP, y - 8, WIDTH, 8, (position) => rgb(shadeAt(look, position, PAPER).paper));
    drawEnds(ctx, write, shown === apart ? apartEnds(look) : ends(look), GAP, y + 16, WIDTH);
    y += 52;
  }
  const x = WIDTH + 2 * GAP;
  write(words.prediction, x, GAP + 46, { size: 12, faint: true });
  let below = drawBars(ctx, write, view, x, GAP + 70, SIDE) + 12;
  write(words.method, x, below, { size: 12, faint: true });
  write(methodsText(view), x, below + 20, { most: SIDE });
  const verdict = verdictOf(view);
  if (verdict) write(verdict.text, x, below + 42, { most: SIDE });
  below += 52;
  const cropped = canvasOf(canvas.width, Math.min(canvas.height, Math.ceil(Math.max(y, below) + GAP)));
  cropped.getContext("2d", { alpha: false })!.drawImage(canvas, 0, 0);
  return fitted(cropped, most);
}
