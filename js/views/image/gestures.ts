// Pointer, wheel and keys on the canvas.
import { clampCamera, FIT, type Fingers, panBy, pinch, zoomAt } from "../../core/camera";
import { extend } from "../../core/image/edits";
import type { Stroke } from "../../core/types";
import { toGrid } from "../../dom/scene";
import { type Part, placement, type Stage } from "./frame";
import { say } from "./speech";
import { readingOf, type View } from "./view";

const CLICK = 4;
/** How far from where it touched before a finger may land, in pixels. */
const FINGER = 24;

function fingers(places: (readonly [number, number])[]): Fingers {
  return [places[0]!, places[1]!];
}

export function gestures(view: View, stage: () => Stage, part: Part) {
  const { store, camera } = view;
  let from: { x: number; y: number; moved: boolean; reads: boolean } | null = null;
  /** Where each finger or pen is. */
  const down = new Map<number, readonly [number, number]>();
  let pinching = false;

  const gridAt = (px: number, py: number) => {
    const spec = store.spec.value;
    const [height, width] = spec.grid;
    return toGrid({ place: placement(view, stage()), region: spec.region, grid: { width, height } }, px, py);
  };
  const inside = (x: number, y: number) => {
    const [height, width] = store.spec.value.grid;
    return x >= 0 && y >= 0 && x < width && y < height;
  };
  const hover = (px: number, py: number) => {
    const [x, y] = gridAt(px, py);
    view.pointer.value = { x, y };
    view.cursor.value = inside(x, y) ? { x: Math.floor(x), y: Math.floor(y) } : null;
  };
  /** A finger cannot hover: it reads where it touches, and means a click where it touches again. */
  const reads = (event: PointerEvent, px: number, py: number) => {
    const at = view.cursor.value;
    if (event.pointerType !== "touch" || !at) return event.pointerType === "touch";
    const [x, y] = gridAt(px, py);
    const [reach] = gridAt(px + FINGER, py);
    return Math.hypot(x - at.x - 0.5, y - at.y - 0.5) > reach - x;
  };
  const freshStroke = (x: number, y: number): Stroke =>
    extend({ name: "occlude", points: [], ...view.brush.value }, x, y);

  const rescale = () => {
    const at = view.cursor.value;
    const other = part === "right" && store.compare.value !== null;
    const layer = other ? view.layerB.value : view.layerA.value;
    if (!at || !layer || view.layout.value === "disagreement") return;
    // The scale is told in the units of the first map; the second takes the same share of its own range.
    const units = other ? (view.layerA.value?.look.scale ?? 1) / layer.look.scale : 1;
    const value = Math.abs(readingOf(layer.map, at.x, at.y).value) * units;
    const same = store.display.value.scale !== null;
    store.setDisplay({ scale: same || !(value > 0) ? null : value });
  };
  const zoom = (factor: number, px = stage().width / 2, py = stage().height / 2) => {
    camera.value = zoomAt(camera.value, stage(), store.spec.value.photo, px, py, factor);
  };

  const local = (event: MouseEvent): [number, number] => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const lift = (event: PointerEvent) => {
    down.delete(event.pointerId);
    if (!down.size) pinching = false;
  };

  return {
    zoom,
    fit: () => {
      camera.value = FIT;
    },
    onPointerDown(event: PointerEvent): void {
      if (event.button !== 0 || down.size > 1) return;
      const [px, py] = local(event);
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      down.set(event.pointerId, [px, py]);
      if (down.size === 2) {
        // The first finger meant no stroke and no click.
        if (view.stroke.value) view.paint.abandon();
        from = null;
        pinching = true;
      }
      if (pinching) return;
      from = { x: px, y: py, moved: false, reads: reads(event, px, py) };
      hover(px, py);
      if (view.mode.value === "brush") view.paint.start(freshStroke(...gridAt(px, py)));
    },
    onPointerMove(event: PointerEvent): void {
      const [px, py] = local(event);
      if (pinching) {
        const before = [...down.values()];
        if (!down.has(event.pointerId)) return;
        down.set(event.pointerId, [px, py]);
        const after = [...down.values()];
        if (after.length === 2)
          camera.value = pinch(camera.value, stage(), store.spec.value.photo, fingers(before), fingers(after));
        return;
      }
      hover(px, py);
      const stroke = view.stroke.value;
      if (!from) return;
      if (stroke) {
        view.paint.move(extend(stroke, ...gridAt(px, py)));
        return;
      }
      if (!from.moved && Math.hypot(px - from.x, py - from.y) < CLICK) return;
      camera.value = panBy(camera.value, stage(), store.spec.value.photo, px - from.x, py - from.y);
      from = { ...from, x: px, y: py, moved: true };
    },
    onPointerUp(event: PointerEvent): void {
      lift(event);
      if (view.stroke.value) view.paint.end();
      else if (from && !from.moved && !from.reads && view.mode.value === "inspect") rescale();
      from = null;
    },
    onPointerCancel(event: PointerEvent): void {
      lift(event);
      if (view.stroke.value) view.paint.end();
      from = null;
    },
    onPointerLeave(event: PointerEvent): void {
      if (from || pinching) return;
      view.pointer.value = null;
      // A finger that lifts wants to read what it touched.
      if (event.pointerType !== "touch") view.cursor.value = null;
    },
    /** One finger may scroll the page, two are for the photo. */
    onTouch(event: TouchEvent): void {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    },
    /** The page scrolls with the plain wheel: only Ctrl or Alt zooms. */
    onWheel(event: WheelEvent): void {
      if (!event.ctrlKey && !event.altKey) return;
      event.preventDefault();
      const [px, py] = local(event);
      const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      zoom(Math.exp(-delta / 240), px, py);
      hover(px, py);
    },
    onKeyDown(event: KeyboardEvent): void {
      const [height, width] = store.spec.value.grid;
      const step = event.shiftKey ? 10 : 1;
      const arrows: Record<string, [number, number]> = {
        ArrowLeft: [-step, 0],
        ArrowRight: [step, 0],
        ArrowUp: [0, -step],
        ArrowDown: [0, step],
      };
      const arrow = arrows[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (arrow) {
        const now = view.cursor.value ?? { x: Math.floor(width / 2) - arrow[0], y: Math.floor(height / 2) - arrow[1] };
        const x = Math.min(width - 1, Math.max(0, now.x + arrow[0]));
        const y = Math.min(height - 1, Math.max(0, now.y + arrow[1]));
        view.pointer.value = null;
        view.cursor.value = { x, y };
        follow(view, stage());
        say(view);
      } else if (event.key === "Enter" && view.mode.value === "inspect") {
        rescale();
        say(view);
      } else if (event.key === " " && view.mode.value === "brush" && view.cursor.value) {
        view.paint.start(freshStroke(view.cursor.value.x + 0.5, view.cursor.value.y + 0.5));
        view.paint.end();
      } else if (event.key === "+" || event.key === "=") zoom(1.5);
      else if (event.key === "-") zoom(1 / 1.5);
      else if (event.key === "0") camera.value = FIT;
      else if (event.key === "Escape" && view.cursor.value) view.cursor.value = view.pointer.value = null;
      else return;
      event.preventDefault();
    },
  };
}

/** Keeps the keyboard cursor in sight when zoomed. */
function follow(view: View, stage: Stage): void {
  const { spec } = view.store;
  const at = view.cursor.value;
  const { zoom } = view.camera.value;
  if (!at || zoom <= 1) return;
  const [x0, y0, x1, y1] = spec.value.region;
  const [height, width] = spec.value.grid;
  const px = x0 + ((at.x + 0.5) / width) * (x1 - x0);
  const py = y0 + ((at.y + 0.5) / height) * (y1 - y0);
  const { scale, left, top } = placement(view, stage);
  const [sx, sy] = [left + px * scale, top + py * scale];
  if (sx > 24 && sy > 24 && sx < stage.width - 24 && sy < stage.height - 24) return;
  view.camera.value = clampCamera({ zoom, x: px / spec.value.photo.width, y: py / spec.value.photo.height });
}
