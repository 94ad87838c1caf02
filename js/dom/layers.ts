// Bitmaps to draw from: the photo, the edited picture, a coloured map.
import type { Grid } from "../core/arrays";
import { bytesOf } from "../core/arrays";
import { colourTable, paint } from "../core/image/colours";
import type { Look } from "../core/paint";
import type { Bytes } from "../core/types";
import { canvasOf } from "./canvas";

export async function loadPhoto(mime: string, data: Bytes): Promise<ImageBitmap> {
  const blob = new Blob([bytesOf(data).slice()], { type: mime });
  return createImageBitmap(blob);
}

export function pictureCanvas(width: number, height: number, rgb: Uint8Array): HTMLCanvasElement {
  const canvas = canvasOf(width, height);
  const image = new ImageData(width, height);
  for (let i = 0, j = 0; i < width * height * 3; i += 3, j += 4) {
    image.data[j] = rgb[i]!;
    image.data[j + 1] = rgb[i + 1]!;
    image.data[j + 2] = rgb[i + 2]!;
    image.data[j + 3] = 255;
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas;
}

/** Rounds colours to fewer bits, black and white kept. */
export function posterise(rgba: Uint8ClampedArray, bits: number): void {
  const most = 2 ** bits - 1;
  const table = Uint8Array.from({ length: 256 }, (_, v) => Math.round((Math.round((v * most) / 255) * 255) / most));
  for (let i = 0; i < rgba.length; i++) rgba[i] = table[rgba[i]!]!;
}

/** A map's canvas, kept between repaints. */
export class MapLayer {
  private canvas: HTMLCanvasElement | null = null;
  private image: ImageData | null = null;
  private readonly table = new Uint32Array(65536);

  paint(grid: Grid, look: Look, missing: boolean): HTMLCanvasElement {
    if (!this.canvas || !this.image || this.image.width !== grid.width || this.image.height !== grid.height) {
      this.canvas = canvasOf(grid.width, grid.height);
      this.image = new ImageData(grid.width, grid.height);
    }
    paint(grid, colourTable(grid, look, this.table), new Uint32Array(this.image.data.buffer), missing);
    this.canvas.getContext("2d")!.putImageData(this.image, 0, 0);
    return this.canvas;
  }
}
