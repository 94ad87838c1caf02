// The view as one picture, and as text, for places where no widget can live: saved notebooks, slides, issues.
import { short, signed } from "../../core/format";
import { textOf } from "../../core/table/cells";
import { tableWords } from "../../core/table/words";
import { words } from "../../core/words";
import { canvasOf } from "../../dom/canvas";
import { fitted } from "../../dom/fit";
import { agreementText } from "../../panels/agreement";
import { classesText, drawBars, INK, methodsText, questionText, writer } from "../../panels/paper";
import type { View } from "./view";

const [NAME, BAR, SIDE, GAP, LINE] = [250, 270, 212, 16, 26];
const SHOWN = 14;

/** The strongest columns, each with its value. */
function strongest(view: View): { text: string; value: number }[] {
  const map = view.mapA.value ?? [];
  const { columns } = view.store.spec.value;
  return map
    .map(({ value }, i) => ({
      text: `${columns[i]!.name} = ${textOf(columns[i]!, view.row.value[i] ?? null, tableWords.missing)}`,
      value,
    }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, SHOWN);
}

export function describe(view: View): string {
  const listed = strongest(view).map(({ text, value }) => `${text}: ${signed(value)}`);
  return [questionText(view, tableWords.title), methodsText(view), agreementText(view), ...listed, classesText(view)]
    .filter(Boolean)
    .join("\n");
}

export function snapshot(view: View, most?: number): string {
  const list = strongest(view);
  const wide = NAME + BAR + SIDE + 4 * GAP;
  const high = Math.max(3 * GAP + 46 + LINE * list.length, 240);
  const canvas = canvasOf(wide, high);
  const ctx = canvas.getContext("2d", { alpha: false })!;
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, wide, high);
  const write = writer(ctx, wide - 2 * GAP);
  write(questionText(view, tableWords.title), GAP, GAP + 14, { size: 17, bold: true });
  write(methodsText(view), GAP, GAP + 34, { faint: true });
  const longest = Math.max(1e-12, ...list.map(({ value }) => Math.abs(value)));
  const middle = NAME + 2 * GAP + BAR / 2 - 30;
  const [against, forIt] = view.colours.value;
  list.forEach(({ text, value }, i) => {
    const y = GAP + 66 + i * LINE;
    write(text, GAP, y, { most: NAME });
    const long = ((BAR / 2 - 30) * Math.abs(value)) / longest;
    ctx.fillStyle = value < 0 ? against! : forIt!;
    ctx.fillRect(value < 0 ? middle - long : middle, y - 11, long, 13);
    ctx.fillStyle = INK;
    ctx.fillRect(middle - 0.5, y - 14, 1, LINE - 6);
    write(`${value > 0 ? "+" : ""}${short(value)}`, middle + BAR / 2 - 22, y, { size: 12 });
  });
  const x = NAME + BAR + 3 * GAP;
  write(view.store.task.value === "value" ? words.predictionValue : words.prediction, x, GAP + 46, { faint: true });
  drawBars(ctx, write, view, x, GAP + 68, SIDE);
  return fitted(canvas, most);
}
