// What keys and fingers do on the map.
import { FIT, type Fingers, panBy, pinch, place, zoomAt } from "../../core/camera";
import { next } from "../../core/embedding/plot";
import { SQUARE, type View } from "./view";

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

/** What fingers do, and when the wheel is the page's: the engine answers to a mouse alone, and to its every wheel. */
export function gestures(box: HTMLElement, view: View): () => void {
  const { camera, size } = view;
  const fingers = new Map<number, [number, number]>();
  const spot = (event: MouseEvent): [number, number] => {
    const { left, top } = box.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const down = (event: PointerEvent) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, spot(event));
  };
  const move = (event: PointerEvent) => {
    const [to, from] = [spot(event), fingers.get(event.pointerId)];
    if (!from) return;
    const before = [...fingers.values()] as never as Fingers;
    fingers.set(event.pointerId, to);
    const after = [...fingers.values()] as never as Fingers;
    if (fingers.size === 2) camera.value = pinch(camera.value, size.value, SQUARE, before, after);
    else camera.value = panBy(camera.value, size.value, SQUARE, to[0] - from[0], to[1] - from[1]);
  };
  const up = (event: PointerEvent) => fingers.delete(event.pointerId);
  // Without Ctrl the page scrolls on.
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  };
  const list = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, wheel };
  const options = { capture: true, passive: true };
  for (const [name, handler] of Object.entries(list)) box.addEventListener(name, handler as EventListener, options);
  return () => {
    for (const [name, handler] of Object.entries(list)) box.removeEventListener(name, handler as EventListener, true);
  };
}
