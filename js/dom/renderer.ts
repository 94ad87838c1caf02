// One WebGL context for all maps of a page: a browser has few of them, and a notebook many cells. Made when the first
// map opens, given back when the last one closes.
import { createRegl, createRenderer } from "regl-scatterplot";

type Renderer = ReturnType<typeof createRenderer>;
type Made = { destroy(): void };
type Maker = (...given: never[]) => Made;

interface Shared {
  renderer: Renderer;
  /** What to call when the context is taken away. */
  users: Set<() => void>;
  /** Width and height that hold every map, in pixels, both even. */
  room: [number, number];
  stop(): void;
}

/** What one map draws with. */
export interface Lent {
  renderer: Renderer;
  /** Draws at once what is due, before the frame is over. */
  now(): void;
  giveBack(): void;
}

/** Every widget loads its own copy of this module, so what they share lies in the page, under what they share it with. */
const KEY = Symbol.for("xai-widgets regl-scatterplot 1.16");
const page = globalThis as { [KEY]?: Shared };

/** Null where there is no WebGL, or not as much of it as the engine needs. */
export function borrow(lost: () => void): Lent | null {
  const shared = page[KEY] ?? opened();
  if (!shared) return null;
  page[KEY] = shared;
  const made = new Set<Made>();
  const gone = () => {
    made.clear();
    lost();
  };
  shared.users.add(gone);
  let due = () => {};
  const renderer = Object.create(shared.renderer, {
    regl: { value: owned(shared.renderer.regl, made) },
    onFrame: {
      value: (draw: () => void) => {
        due = draw;
        return shared.renderer.onFrame(draw);
      },
    },
    render: {
      value: (draw: () => void, canvas: HTMLCanvasElement) => {
        makeRoom(shared, canvas);
        shared.renderer.render(draw, canvas);
      },
    },
  }) as Renderer;
  return {
    renderer,
    now: () => due(),
    giveBack() {
      for (const one of [...made]) one.destroy();
      shared.users.delete(gone);
      if (!shared.users.size) shared.stop();
    },
  };
}

function opened(): Shared | null {
  const canvas = document.createElement("canvas");
  // The engine draws into textures of floats, and smooths the edges itself.
  const gl = canvas.getContext("webgl", { antialias: false, depth: false });
  const letGo = () => gl && !gl.isContextLost() && gl.getExtension("WEBGL_lose_context")?.loseContext();
  if (!gl?.getExtension("OES_texture_float") || !gl.getExtension("WEBGL_color_buffer_float")) {
    letGo();
    return null;
  }
  try {
    const renderer = createRenderer({ regl: createRegl(canvas), canvas });
    const shared: Shared = { renderer, users: new Set(), room: [0, 0], stop };
    const taken = () => {
      for (const lost of [...shared.users]) lost();
      stop();
    };
    canvas.addEventListener("webglcontextlost", taken);
    function stop() {
      if (page[KEY] === shared) delete page[KEY];
      canvas.removeEventListener("webglcontextlost", taken);
      if (!renderer.isDestroyed) renderer.destroy();
      letGo();
    }
    return shared;
  } catch {
    // A page whose policy forbids code to be made lets the engine make none.
    letGo();
    return null;
  }
}

/** The same context, which notes what is made in it: the engine leaves some of that behind. */
function owned(regl: Renderer["regl"], made: Set<Made>): Renderer["regl"] {
  const noted =
    (make: Maker): Maker =>
    (...given) => {
      const one = make(...given);
      const { destroy } = one;
      one.destroy = () => {
        if (made.delete(one)) destroy.call(one);
      };
      made.add(one);
      return one;
    };
  const { buffer, texture, framebuffer, elements } = regl as unknown as Record<string, Maker>;
  return Object.assign((...given: never[]) => (regl as unknown as Maker)(...given), regl, {
    buffer: noted(buffer!),
    texture: noted(texture!),
    framebuffer: noted(framebuffer!),
    elements: noted(elements!),
  }) as never;
}

/** Makes room for a map. What is drawn goes to it from the middle, so both have odd or both have even sides. */
function makeRoom({ renderer, room }: Shared, { width, height }: HTMLCanvasElement): void {
  const sides = [width, height].map((side, i) => {
    room[i] = Math.max(room[i]!, side + (side & 1));
    return room[i]! + (side & 1);
  }) as [number, number];
  if (renderer.canvas.width === sides[0] && renderer.canvas.height === sides[1]) return;
  // Its sides are cut to whole pixels.
  const [wide, high] = sides.map((side) => (side + 0.01) / devicePixelRatio) as [number, number];
  renderer.resize(wide, high);
  renderer.refresh();
}
