// A drawing as a picture that there is room for.
import { canvasOf } from "./canvas";

const LEAST_WIDTH = 32;
/** Of the size that ought to do, so that it does. */
const MARGIN = 0.95;

/** A PNG as a data URL of at most so many characters, drawn as much smaller as that takes. */
export function fitted(canvas: HTMLCanvasElement, most = 1 / 0): string {
  let url = canvas.toDataURL();
  for (let { width } = canvas; url.length > most && width > LEAST_WIDTH; ) {
    width *= MARGIN * Math.sqrt(most / url.length);
    const small = canvasOf(width, (width * canvas.height) / canvas.width); // which rounds them itself
    small.getContext("2d", { alpha: false })!.drawImage(canvas, 0, 0, small.width, small.height);
    url = small.toDataURL();
  }
  return url;
}
