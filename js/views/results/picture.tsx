// A picture pixel by pixel, with a line around what changed.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Pixels } from "../../core/results/types";

function isEdge(mask: Uint8Array, i: number, width: number): boolean {
  const at = i % width;
  const [left, right] = [at > 0 ? mask[i - 1] : 0, at < width - 1 ? mask[i + 1] : 0];
  return !(left && right && mask[i - width] && mask[i + width]);
}

function painted({ width, height, rgb, mask }: Pixels): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    // By turns dark and light, so that it stands out from any picture.
    const line = mask?.[i] && isEdge(mask, i, width) ? (((i % width) + Math.floor(i / width)) & 4 ? 255 : 1) : 0;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = line || rgb[3 * i + c]!;
    image.data[4 * i + 3] = 255;
  }
  return image;
}

export function Picture({ pixels, label, large }: { pixels: Pixels; label: string; large?: boolean }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => ref.current?.getContext("2d")?.putImageData(painted(pixels), 0, 0), [pixels]);
  const { width, height } = pixels;
  return (
    <canvas
      ref={ref}
      class={large ? "xai-r-picture xai-r-large" : "xai-r-picture"}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    />
  );
}
