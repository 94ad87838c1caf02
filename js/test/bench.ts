// A store against a model of which the test says every answer.
import type { ImagePredictionMessage, MapMessage, Outgoing, Request, Spec, State } from "../core/types";
import { DISPLAY } from "../host/decode";
import { imageStore } from "../host/image";
import { StaticModel } from "./fake";

export const REQUEST: Request = { method: "saliency", params: {}, target: null, edits: [] };
export const STATE: State = { request: REQUEST, compare: null, display: DISPLAY, id: 4 };
const SPEC = { grid: [1, 2], labels: null, edits: [], methods: [] } as unknown as Spec;

export function bench(labels: string[] | null = null) {
  const model = new StaticModel({ spec: { ...SPEC, labels }, state: STATE, snapshot: null });
  const store = imageStore(model);
  const say = (message: object, buffers: ArrayBufferView[] = []) => model.emit("msg:custom", message, buffers);
  const sent = (kind: Outgoing["kind"]) =>
    model.sent.filter((m) => m.kind === kind) as { id: number; slot: string; request: Request }[];
  const map = (id: number, request: Request, more: Partial<MapMessage> = {}, slot = "a") =>
    say(
      {
        kind: "map",
        id,
        slot,
        request,
        target: 0,
        label: "",
        values: { v: 1, dtype: "<u2", shape: [1, 2], lo: 0, hi: id, buffer: 0 },
        fraction: 1,
        done: 1,
        total: 1,
        error: null,
        gap: null,
        sum: 0,
        seconds: 0,
        left: null,
        forwards: 1,
        backwards: 1,
        notes: [],
        final: true,
        ...more,
      },
      [Uint16Array.of(0, 65534)],
    );
  const predict = (id: number, more: Partial<ImagePredictionMessage> = {}) => {
    const array = { v: 1, dtype: "<f4", shape: [2], buffer: 0 };
    say(
      {
        kind: "prediction",
        id,
        slot: "a",
        task: "classes",
        target: 0,
        label: "",
        probabilities: array,
        original: array,
        picture: null,
        ...more,
      },
      [Float32Array.of(0.9, 0.1)],
    );
  };
  const welcome = (state = STATE) => say({ kind: "welcome", v: 1, version: "0.1.0", id: state.id, state });
  const shown = () => store.slots.a.map.value?.id;
  return { model, store, say, sent, map, predict, welcome, shown };
}
