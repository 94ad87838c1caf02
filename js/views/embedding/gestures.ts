// What pointer, wheel and keys do on the map.
import { FIT, type Fingers, panBy, pinch, place, zoomAt } from "../../core/camera";
import { next, under } from "../../core/embedding/plot";
import { SQUARE, type View } from "./view";

const NEAR = 14;
const CLICK = 4;
const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

export function onKey(event: KeyboardEvent, view: View): void {
  const { camera, cursor, size, store } = view;
  const arrow = ARROWS[event.key];
  const frame = store.frame.value;
  if (arrow && event.shiftKey) camera.value = panBy(camera.value, size.value, SQUARE, -40 * arrow[0], -40 * arrow[1]);
  else if (arrow && frame) {
    const from = cursor.value ?? view.selected.value;
    cursor.value = from === null ? 0 : next(frame, from, ...arrow);
    follow(view);
  } else if (event.key === "Enter" && cursor.value !== null) view.pick(cursor.value);
  else if (event.key === "Escape" && cursor.value !== null) cursor.value = null;
  else if (event.key === "+" || event.key === "=") zoomBy(view, 1.5);
  else if (event.key === "-") zoomBy(view, 1 / 1.5);
  else if (event.key === "0") camera.value = FIT;
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Zooms at the word that matters, where it is seen, else at the middle. */
export function zoomBy(view: View, factor: number): void {
  const { width, height } = view.size.value;
  const [frame, i] = [view.store.frame.value, view.cursor.value ?? view.selected.value];
  const at = place(view.camera.value, view.size.value, SQUARE);
  let [x, y] = [width / 2, height / 2];
  if (frame && i !== null) {
    const spot = [at.left + frame.x[i]! * at.scale, at.top + frame.y[i]! * at.scale] as const;
    if (spot[0] > 0 && spot[0] < width && spot[1] > 0 && spot[1] < height) [x, y] = spot;
  }
  view.camera.value = zoomAt(view.camera.value, view.size.value, SQUARE, x, y, factor);
}

/** Moves the map so that the word that the keys went to is seen. */
function follow(view: View): void {
  const [frame, i] = [view.store.frame.value, view.cursor.value];
  if (!frame || i === null) return;
  const { width, height } = view.size.value;
  const at = place(view.camera.value, view.size.value, SQUARE);
  const [x, y] = [at.left + frame.x[i]! * at.scale, at.top + frame.y[i]! * at.scale];
  const aside = (p: number, most: number) => (p < 20 || p > most - 20 ? most / 2 - p : 0);
  view.camera.value = panBy(view.camera.value, view.size.value, SQUARE, aside(x, width), aside(y, height));
}

export function gestures(canvas: HTMLCanvasElement, view: View): () => void {
  const { camera, cursor, size } = view;
  const fingers = new Map<number, [number, number]>();
  let moved = 0;
  const spot = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const pointAt = ([x, y]: [number, number]) => {
    const frame = view.store.frame.value;
    return frame ? under(frame, place(camera.value, size.value, SQUARE), x, y, NEAR) : null;
  };
  const down = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, spot(event));
    if (fingers.size === 1) moved = 0;
  };
  const move = (event: PointerEvent) => {
    const [to, from] = [spot(event), fingers.get(event.pointerId)];
    if (!from) {
      cursor.value = pointAt(to);
      return;
    }
    const before = [...fingers.values()];
    fingers.set(event.pointerId, to);
    moved += Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (fingers.size === 2)
      camera.value = pinch(
        camera.value,
        size.value,
        SQUARE,
        before as never as Fingers,
        [...fingers.values()] as never,
      );
    else if (moved > CLICK) camera.value = panBy(camera.value, size.value, SQUARE, to[0] - from[0], to[1] - from[1]);
  };
  const up = (event: PointerEvent) => {
    const alone = fingers.size === 1;
    fingers.delete(event.pointerId);
    const point = pointAt(spot(event));
    if (alone && moved <= CLICK && point !== null && event.type === "pointerup") view.pick(point);
  };
  const leave = () => {
    if (fingers.size === 0) cursor.value = null;
  };
  const wheel = (event: WheelEvent) => {
    // Without Ctrl the page scrolls on.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const factor = Math.exp(-Math.max(-50, Math.min(50, event.deltaY)) / 120);
    camera.value = zoomAt(camera.value, size.value, SQUARE, ...spot(event), factor);
  };
  const list = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: leave };
  for (const [name, handler] of Object.entries(list)) canvas.addEventListener(name, handler as EventListener);
  canvas.addEventListener("wheel", wheel, { passive: false });
  return () => {
    for (const [name, handler] of Object.entries(list)) canvas.removeEventListener(name, handler as EventListener);
    canvas.removeEventListener("wheel", wheel);
  };
}
