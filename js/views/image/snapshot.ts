// The view as one picture for places where no widget can live: saved notebooks, slides, issues.
import { rows } from "../../core/scores";
import { words } from "../../core/words";
import { canvasOf } from "../../dom/layers";
import { ends, paintBar } from "../../dom/legend";
import { drawScene } from "../../dom/scene";
import { sceneOf } from "./frame";
import { scoreText } from "./prediction";
import { methodTitle } from "./stage";
import type { View } from "./view";

const PICTURE = 520;
const SIDE = 300;
const GAP = 20;
const INK = "#1f2328";
const FAINT = "#656d76";
const FONT = "system-ui, sans-serif";

export function snapshot(view: View): string {
  const { store } = view;
  const { photo } = store.spec.value;
  const height = Math.round(Math.min(640, (PICTURE * photo.height) / photo.width));
  const canvas = canvasOf(PICTURE + SIDE + 3 * GAP, Math.max(height, 230) + 2 * GAP + 84);
  const ctx = canvas.getContext("2d")!;
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  const write = (text: string, x: number, y: number, size = 13, colour = INK, most = PICTURE, weight = "") => {
    ctx.font = `${weight} ${size}px ${FONT}`;
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y, most);
  };

  const labels = store.labels.value;
  const [a, b] = view.target.value;
  const name = (i: number) => labels[i] ?? String(i);
  const question =
    a === null ? words.title : `${words.why} ${name(a)}${b === null ? "" : ` ${words.ratherThan} ${name(b)}`}?`;
  write(question, GAP, GAP + 16, 18, INK, canvas.width - 2 * GAP, "600");

  const top = GAP + 32;
  const stage = { width: PICTURE, height };
  const picture = canvasOf(PICTURE, height);
  const scene = sceneOf(view, stage, 1, "#fff");
  drawScene(picture.getContext("2d")!, { ...scene, brush: null, cursor: null });
  ctx.drawImage(picture, GAP, top);
  const share = view.curtain.value;
  if (share !== null) {
    ctx.fillStyle = INK;
    ctx.fillRect(GAP + share * PICTURE - 1, top, 2, height);
  }

  const layer = view.layerA.value;
  if (layer) {
    const y = top + height + 14;
    const [low, middle, high] = ends(layer.look);
    paintBar(ctx, layer.look, GAP, y, PICTURE, 8);
    write(low, GAP, y + 24, 12);
    ctx.textAlign = "center";
    write(middle, GAP + PICTURE / 2, y + 24, 12, FAINT);
    ctx.textAlign = "right";
    write(high, GAP + PICTURE, y + 24, 12);
    ctx.textAlign = "left";
  }

  const x = PICTURE + 2 * GAP;
  const info = layer?.map.info;
  write(words.prediction, x, top + 10, 12, FAINT);
  let y = top + 34;
  const shown = store.prediction.value;
  const text = scoreText(view);
  const asked = [a, b].filter((i): i is number => i !== null);
  const list = shown ? rows(shown.probabilities, shown.original, 5, asked) : [];
  const most = store.spec.value.task === "value" ? Math.max(1e-12, ...list.map((r) => Math.abs(r.value))) : 1;
  for (const row of list) {
    write(name(row.index), x, y, 13, INK, SIDE - 70, asked.includes(row.index) ? "600" : "");
    ctx.textAlign = "right";
    write(text(row.value), x + SIDE, y, 13);
    ctx.textAlign = "left";
    ctx.fillStyle = "#e6e8eb";
    ctx.fillRect(x, y + 6, SIDE, 4);
    ctx.fillStyle = "#2f6fde";
    ctx.fillRect(x, y + 6, (SIDE * Math.abs(row.value)) / most, 4);
    y += 30;
  }
  if (info) {
    write(words.method, x, y + 12, 12, FAINT);
    const other = store.compare.value;
    const both = [info.request.method, ...(other ? [other.method] : [])].map((m) => methodTitle(view, m));
    write(both.join(" | "), x, y + 32, 13, INK, SIDE);
    if (!info.final) write(words.partial(info.fraction), x, y + 50, 12, FAINT, SIDE);
  }
  return canvas.toDataURL("image/png");
}
