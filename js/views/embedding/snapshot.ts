// The view as one picture, and as text, for places where no widget can live.
import { embeddingWords as said } from "../../core/embedding/words";
import { spelled } from "../../core/text/visible";
import { canvasOf } from "../../dom/canvas";
import { fitted } from "../../dom/fit";
import { writer } from "../../panels/paper";
import { drawPlainly } from "./draw";
import type { View } from "./view";

const PAPER = {
  paper: "#ffffff",
  ink: "#1f2328",
  soft: "#596069",
  accent: "#2563c9",
  font: "system-ui, sans-serif",
  theme: "light",
} as const;

export function lines(view: View): string[] {
  const { frame, near, agreement } = view.store;
  const out = [`${view.title()} · ${view.method()}`];
  const told = frame.value?.message;
  if (told) out.push(`${said.recall(told.recall, told.k)}, ${said.chance(told.chance)}`);
  if (near.value?.entries.length) {
    const listed = near.value.entries.map(([word, value]) => `${spelled(word)} ${said.number(value)}`);
    out.push(
      `${said.neighboursOf(spelled(near.value.label))}, ${said.neighboursBy[near.value.metric]}: ${listed.join(", ")}`,
    );
  }
  const agreed = agreement.value;
  if (agreed?.n) out.push(`${said.agreement}: ${said.correlation(agreed.correlation)}, ${said.compared(agreed.n)}`);
  return out;
}

export function describe(view: View): string {
  return lines(view).join("\n");
}

export function snapshot(view: View, most?: number): string {
  const { width, height } = view.size.value;
  const map = canvasOf(1, 1);
  drawPlainly(map, view, 1, PAPER);
  const told = lines(view);
  const canvas = canvasOf(Math.max(480, Math.ceil(width)), Math.ceil(height) + 24 * told.length + 16);
  const ctx = canvas.getContext("2d", { alpha: false })!;
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  const write = writer(ctx, canvas.width - 24);
  for (const [i, line] of told.entries()) write(line, 12, 26 + 24 * i, { bold: i === 0, size: i === 0 ? 16 : 13 });
  ctx.drawImage(map, 0, 24 * told.length + 16);
  return fitted(canvas, most);
}
