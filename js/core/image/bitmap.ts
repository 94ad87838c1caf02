// Pixels as a file that every browser reads: the simplest there is, with nothing to compress or wait for.

const HEAD = 54;

/** A BMP of red, green and blue, row by row from the top. */
export function bitmapOf(width: number, height: number, rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const stride = Math.ceil((3 * width) / 4) * 4;
  const file = new Uint8Array(HEAD + stride * height);
  const head = new DataView(file.buffer);
  head.setUint16(0, 0x4d42, true); // BM
  head.setUint32(2, file.length, true);
  head.setUint32(10, HEAD, true);
  head.setUint32(14, 40, true);
  head.setInt32(18, width, true);
  head.setInt32(22, -height, true); // else the first row would be the lowest
  head.setUint16(26, 1, true);
  head.setUint16(28, 24, true);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0, at = HEAD + y * stride; x < width; x++, i += 3, at += 3) {
      file[at] = rgb[i + 2]!;
      file[at + 1] = rgb[i + 1]!;
      file[at + 2] = rgb[i]!;
    }
  return file;
}
