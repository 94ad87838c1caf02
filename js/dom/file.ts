// A picture file that the reader chose, as bytes that one message can carry.

/** Long side in pixels: as large as the kernel's own copies for display. */
const LONG = 1024;
const LARGEST_FILE = 50_000_000;
const LARGEST_MESSAGE = 1_000_000;

/** Without loss where that is small enough. */
const WRITTEN: readonly [string, number?][] = [
  ["image/png"],
  ["image/jpeg", 0.95],
  ["image/jpeg", 0.8],
  ["image/jpeg", 0.5],
];

/** Opens a file, upright and over white, and writes it anew; null for one that is no picture or too large for one. */
export async function pictureBytes(file: Blob): Promise<Uint8Array | null> {
  if (file.size > LARGEST_FILE) return null;
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap?.width || !bitmap.height) return null;
  const share = Math.min(1, LONG / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * share));
  canvas.height = Math.max(1, Math.round(bitmap.height * share));
  const ctx = canvas.getContext("2d")!;
  ctx.fillStyle = "white";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  for (const [type, quality] of WRITTEN) {
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, quality));
    if (blob && blob.size <= LARGEST_MESSAGE) return new Uint8Array(await blob.arrayBuffer());
  }
  return null;
}
