// The store of the image widget: photos, grids and pictures.
import { signal } from "@preact/signals";
import { decodeBytes, decodeFloats, decodeGrid } from "../core/arrays";
import type {
  Bytes,
  Display,
  Edit,
  Fill,
  FoundRegions,
  ImagePredictionMessage,
  RegionsMessage,
  Spec,
} from "../core/types";
import { DISPLAY, type Prediction, type Reader, type ShownMap } from "./decode";
import type { Model } from "./model";
import { Store, storeOf } from "./store";

export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

export interface ImagePrediction extends Prediction {
  picture: Picture | null;
}

export interface ImageKind {
  spec: Spec;
  edit: Edit;
  display: Display;
  map: ShownMap;
  prediction: ImagePrediction;
}

export interface FoundPicture extends Omit<FoundRegions, "picture"> {
  picture: Picture;
}

/** What a search for regions has found so far. */
export interface Search extends Omit<RegionsMessage, "found"> {
  found: FoundPicture[];
}

const READER: Reader<ImageKind> = {
  display: DISPLAY,
  map: (message, buffers) => ({ id: message.id, grid: decodeGrid(message.values, buffers), info: message }),
  prediction(message, buffers) {
    const { id, target, label, task, picture, probabilities, original } = message as ImagePredictionMessage;
    const [height, width] = picture?.shape ?? [];
    return {
      id,
      target,
      label,
      task,
      probabilities: decodeFloats(probabilities, buffers),
      original: decodeFloats(original, buffers),
      edited: !!picture,
      picture: picture && width && height ? { width, height, rgb: decodeBytes(picture, buffers) } : null,
    };
  },
};

function searchOf(message: RegionsMessage, buffers: readonly Bytes[]): Search {
  const found = message.found.map((one) => {
    const [height = 0, width = 0] = one.picture.shape;
    return { ...one, picture: { width, height, rgb: decodeBytes(one.picture, buffers) } };
  });
  return { ...message, found };
}

export class ImageStore extends Store<ImageKind> {
  readonly search = signal<Search | null>(null);

  constructor(model: Model) {
    super(model, READER);
  }

  /** Searches for the fewest regions of the picture on show whose covering gives a class, or any other for null. */
  seek(target: number | null, n: number, most: number, fill: Fill): void {
    this.search.value = null;
    this.link.question({ kind: "search", open: true, target, n, most, fill });
  }

  stopSeeking(): void {
    this.link.question({ kind: "search", open: false });
  }

  protected override hear(message: object, buffers: Bytes[]): void {
    if ((message as { kind: string }).kind === "search")
      this.search.value = searchOf(message as RegionsMessage, buffers);
  }
}

export function imageStore(model: Model): ImageStore {
  return storeOf(model, () => new ImageStore(model));
}
