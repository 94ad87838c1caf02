// The store of the image widget: photos, grids and pictures.
import { signal } from "@preact/signals";
import { decodeBytes, decodeFloats, decodeGrid } from "../core/arrays";
import type {
  ArrayMeta,
  Bytes,
  Display,
  Edit,
  FoundChange,
  ImagePredictionMessage,
  ImageSearchMessage,
  OtherMessage,
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

interface ImagePrediction extends Prediction {
  picture: Picture | null;
}

interface ImageKind {
  spec: Spec;
  edit: Edit;
  display: Display;
  map: ShownMap;
  prediction: ImagePrediction;
}

export interface FoundPicture extends Omit<FoundChange, "picture" | "whole"> {
  picture: Picture;
  whole: Picture | null;
}

/** What is searched for. */
export type Asked = Pick<ImageSearchMessage, "way" | "target" | "within" | "most" | "fill">;

/** What a search has found so far. */
export interface Search extends Omit<ImageSearchMessage, "found" | "was"> {
  found: FoundPicture[];
  was: Picture | null;
}

interface OtherPhoto extends Omit<OtherMessage, "picture"> {
  picture: Picture | null;
}

const READER: Reader<ImageKind> = {
  display: DISPLAY,
  map: (message, buffers) => ({ id: message.id, grid: decodeGrid(message.values, buffers), info: message }),
  prediction(message, buffers) {
    const { id, target, label, task, picture, probabilities, original } = message as ImagePredictionMessage;
    return {
      id,
      target,
      label,
      task,
      probabilities: decodeFloats(probabilities, buffers),
      original: decodeFloats(original, buffers),
      edited: !!picture,
      picture: pictureOf(picture, buffers),
    };
  },
};

function pictureOf(array: ArrayMeta | null, buffers: readonly Bytes[]): Picture | null {
  const [height, width] = array?.shape ?? [];
  return array && width && height ? { width, height, rgb: decodeBytes(array, buffers) } : null;
}

function searchOf(message: ImageSearchMessage, buffers: readonly Bytes[]): Search {
  const found = message.found.map((one) => {
    return { ...one, picture: pictureOf(one.picture, buffers)!, whole: pictureOf(one.whole, buffers) };
  });
  return { ...message, found, was: pictureOf(message.was, buffers) };
}

export class ImageStore extends Store<ImageKind> {
  readonly search = signal<Search | null>(null);
  readonly other = signal<OtherPhoto | null>(null);

  constructor(model: Model) {
    super(model, READER);
  }

  /** Searches for changes of the picture on show that give a class, or any other for null. */
  seek(asked: Asked & { n: number }): void {
    this.search.value = null;
    this.link.question({ kind: "search", open: true, ...asked });
  }

  /** Hands over a second picture, a file of this name. */
  giveOther(name: string, bytes: Uint8Array): void {
    this.link.question({ kind: "other", name }, bytes);
  }

  stopSeeking(): void {
    this.link.question({ kind: "search", open: false });
  }

  protected override hear(message: object, buffers: Bytes[]): void {
    const { kind } = message as { kind: string };
    if (kind === "search") this.search.value = searchOf(message as ImageSearchMessage, buffers);
    else if (kind === "other") {
      const told = message as OtherMessage;
      this.other.value = { ...told, picture: pictureOf(told.picture, buffers) };
    }
  }
}

export function imageStore(model: Model): ImageStore {
  return storeOf(model, () => new ImageStore(model));
}
