// A picture of the kernel's in a canvas of its own.
import { useRef } from "preact/hooks";
import { pictureCanvas } from "../../dom/layers";
import type { Picture } from "../../host/image";

interface Props {
  picture: Picture;
  /** What it is called, where the words beside it do not say. */
  label?: string;
  class?: string;
}

export function Small({ picture, label, class: look = "xai-found-picture" }: Props) {
  const drawn = useRef<unknown>(null);
  return (
    <canvas
      class={look}
      width={picture.width}
      height={picture.height}
      role={label ? "img" : undefined}
      aria-label={label}
      ref={(canvas) => {
        if (!canvas || drawn.current === picture) return;
        drawn.current = picture;
        canvas.getContext("2d")!.drawImage(pictureCanvas(picture.width, picture.height, picture.rgb), 0, 0);
      }}
    />
  );
}
