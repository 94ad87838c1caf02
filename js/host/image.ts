// The store of the image widget: photos, grids and pictures.
import { decodeBytes, decodeFloats, decodeGrid } from "../core/arrays";
import type { Display, Edit, ImagePredictionMessage, Spec } from "../core/types";
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

export type ImageStore = Store<ImageKind>;

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

export function imageStore(model: Model): ImageStore {
  return storeOf(model, () => new Store(model, READER));
}
