// The view as one picture, and as text: what the kernel has painted, which any viewer of notebooks shows.
import { bytesOf } from "../../core/arrays";
import type { View } from "./view";

export function describe({ store }: View): string {
  return store.kept()[store.view.value]?.words ?? "";
}

export function snapshot({ store }: View): string {
  const png = store.kept()[store.view.value]?.png;
  if (!png) return "";
  const bytes = bytesOf(png);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return `data:image/png;base64,${btoa(text)}`;
}
