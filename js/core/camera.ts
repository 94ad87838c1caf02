// Where the photo lies on the canvas. Zoom 1 fits it; the photo never leaves the frame.

export interface Camera {
  zoom: number;
  /** The photo point, in shares of its size, at the centre of the frame. */
  x: number;
  y: number;
}

export interface Frame {
  width: number;
  height: number;
}

/** photo pixel p is drawn at left + scale·p. */
export interface Placement {
  scale: number;
  left: number;
  top: number;
}

export const FIT: Camera = { zoom: 1, x: 0.5, y: 0.5 };
export const MOST = 32;

function clampCentre(at: number, zoom: number): number {
  const half = 0.5 / zoom;
  return Math.min(1 - half, Math.max(half, at));
}

export function clampCamera(camera: Camera): Camera {
  const zoom = Math.min(MOST, Math.max(1, camera.zoom));
  return { zoom, x: clampCentre(camera.x, zoom), y: clampCentre(camera.y, zoom) };
}

export function place(camera: Camera, frame: Frame, photo: Frame): Placement {
  const scale = Math.min(frame.width / photo.width, frame.height / photo.height) * camera.zoom;
  return {
    scale,
    left: frame.width / 2 - camera.x * photo.width * scale,
    top: frame.height / 2 - camera.y * photo.height * scale,
  };
}

/** Zooms so that the photo point under (px, py) stays there. */
export function zoomAt(camera: Camera, frame: Frame, photo: Frame, px: number, py: number, factor: number): Camera {
  const before = place(camera, frame, photo);
  const zoom = Math.min(MOST, Math.max(1, camera.zoom * factor));
  const scale = (before.scale / camera.zoom) * zoom;
  const [x, y] = [(px - before.left) / before.scale, (py - before.top) / before.scale];
  return clampCamera({
    zoom,
    x: (x + (frame.width / 2 - px) / scale) / photo.width,
    y: (y + (frame.height / 2 - py) / scale) / photo.height,
  });
}

/** Two fingers went from one place to another: what was between them stays between them. */
export function pinch(camera: Camera, frame: Frame, photo: Frame, before: Fingers, after: Fingers): Camera {
  const [from, to] = [middle(before), middle(after)];
  const moved = panBy(camera, frame, photo, to[0] - from[0], to[1] - from[1]);
  return zoomAt(moved, frame, photo, to[0], to[1], spread(after) / spread(before));
}

/** x and y of one finger, then of the other. */
export type Fingers = readonly [readonly [number, number], readonly [number, number]];

function middle([a, b]: Fingers): [number, number] {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

function spread([a, b]: Fingers): number {
  return Math.max(8, Math.hypot(a[0] - b[0], a[1] - b[1]));
}

export function panBy(camera: Camera, frame: Frame, photo: Frame, dx: number, dy: number): Camera {
  const { scale } = place(camera, frame, photo);
  return clampCamera({
    zoom: camera.zoom,
    x: camera.x - dx / scale / photo.width,
    y: camera.y - dy / scale / photo.height,
  });
}
