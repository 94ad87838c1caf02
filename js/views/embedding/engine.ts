// The map drawn by regl-scatterplot, jupyter-scatter's engine, which also answers to the mouse: drag, wheel, hover, click.
import { computed, effect } from "@preact/signals";
import createScatterplot from "regl-scatterplot";
import { type Camera, clampCamera, MOST } from "../../core/camera";
import { radiusOf } from "../../core/embedding/plot";
import { shades } from "../../core/embedding/shade";
import type { Frame } from "../../core/embedding/types";
import { borrow } from "../../dom/renderer";
import type { View } from "./view";

/** So near is pointed at, in pixels, and so far a click may move. */
const [NEAR, CLICK] = [10, 4];
const SAME = 1e-5;

/**
 * Draws on a canvas until told to stop; null where there is no WebGL.
 *
 * @param over Draws what lies over the points.
 * @param lost The context is gone: all must be begun anew.
 */
export function engine(canvas: HTMLCanvasElement, view: View, over: () => void, lost: () => void): (() => void) | null {
  const lent = borrow(lost);
  if (!lent) return null;
  const { store, camera, size, cursor } = view;
  // Drawing a region is nothing that words are asked: neither its keys nor its marks are wanted.
  const nowhere = document.createElement("div");
  const given = {
    ...{ renderer: lent.renderer, canvas, syncEvents: true, spatialIndexUseWorker: false },
    ...({ colorBy: "valueZ", pointScaleMode: "constant", pointSizeMouseDetection: NEAR } as const),
    ...{ antiAliasing: 1, pointSizeSelected: 0, pointOutlineWidth: 0, lassoMinDist: CLICK, actionKeyMap: {} },
    ...{ lassoInitiatorParentElement: nowhere, lassoLongPressIndicatorParentElement: nowhere },
    ...{ deselectOnDblClick: false, deselectOnEscape: false },
  };
  const plot = createScatterplot(given);
  const lens = plot.get("camera");

  /** Height of the frame by its shorter side: the engine fits the height, words fit both. */
  const stretch = () => size.value.height / Math.min(size.value.width, size.value.height);
  const seen = (): Camera => {
    const [x, y] = lens.target;
    return { x: (x + 1) / 2, y: (1 - y) / 2, zoom: stretch() / lens.distance[0] };
  };
  const look = ({ x, y, zoom }: Camera) => lens.lookAt([2 * x - 1, 1 - 2 * y], stretch() / zoom);
  const { tick } = lens;
  // Once a frame, before it is drawn: where the mouse has moved or zoomed the map to, which stays in sight.
  lens.tick = () => {
    const moved = tick();
    if (!moved) return false;
    const kept = clampCamera(seen());
    if (!same(kept, seen())) look(kept);
    if (!same(kept, camera.value)) camera.value = kept;
    return true;
  };

  const select = () => {
    const at = view.selected.value;
    if (at === null) plot.deselect({ preventEvent: true });
    else plot.select(at, { preventEvent: true });
  };
  plot.subscribe("pointOver", (point) => {
    cursor.value = point;
  });
  plot.subscribe("pointOut", () => {
    cursor.value = null;
  });
  plot.subscribe("select", ({ points }) => {
    view.pick(points[0]!);
    // What is selected is what has been answered.
    select();
  });
  plot.subscribe("drawing", over);

  let [waiting, busy, count, open]: [Frame | null, boolean, number, boolean] = [null, false, 0, true];
  /** One layout after the other: the engine takes none before the last is drawn. */
  const lay = async () => {
    for (busy = true; waiting; ) {
      const points = pointsOf(waiting);
      waiting = null;
      await plot.draw(points, { zDataType: "categorical", preventFilterReset: true });
      if (!open) return;
      if (count === points.length) continue;
      count = points.length;
      select();
      // The last first: words come by how common they are.
      void plot.set({ pointOrder: points.map((_, i) => count - 1 - i) });
    }
    busy = false;
  };
  // Each setting draws all anew, so none is set again by every layout that comes.
  const k = computed(() => store.frame.value?.message.k ?? store.spec.k);
  const pointSize = computed(() => 2 * radiusOf(store.frame.value?.x.length ?? 1, camera.value.zoom) + 0.5);
  const stops = [
    effect(() => {
      waiting = store.frame.value;
      if (waiting?.x.length && !busy) void lay();
    }),
    effect(() => {
      const pointColor = shades(k.value, view.theme.value).map((rgb) => [...rgb.map((c) => c / 255), 1] as never);
      void plot.set({ pointColor });
    }),
    effect(() => {
      lens.setScaleBounds([1 / stretch(), MOST / stretch()]);
      if (!same(camera.value, seen())) look(camera.value);
      plot.redraw();
    }),
    effect(() => {
      void plot.set({ pointSize: pointSize.value });
    }),
    effect(() => plot.hover(cursor.value ?? -1, { preventEvent: true })),
    effect(select),
    effect(() => {
      for (const one of view.drawn) one.value;
      plot.redraw();
    }),
  ];
  // After the engine's own observer, which has emptied the canvas by now.
  const sized = new ResizeObserver(lent.now);
  sized.observe(canvas);
  const stopRatio = onRatio(() => void plot.set({ width: "auto", height: "auto" }));
  return () => {
    open = false;
    for (const stop of [...stops, stopRatio]) stop();
    sized.disconnect();
    plot.destroy();
    lent.giveBack();
  };
}

function same(a: Camera, b: Camera): boolean {
  return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y), Math.abs(a.zoom / b.zoom - 1)) < SAME;
}

/** Of the unit square into the engine's, whose y goes up, and the colour of each. */
function pointsOf({ x, y, kept }: Frame): number[][] {
  return Array.from(x, (at, i) => [2 * at - 1, 1 - 2 * y[i]!, kept[i]!]);
}

/** Calls back when the page goes to a screen of another density. */
function onRatio(changed: () => void): () => void {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  let next = () => {};
  const tell = () => {
    changed();
    next = onRatio(changed);
  };
  query.addEventListener("change", tell, { once: true });
  return () => {
    query.removeEventListener("change", tell);
    next();
  };
}
