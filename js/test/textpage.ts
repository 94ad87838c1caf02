// The text widget's half of the page: a fake kernel with a text.
import type { TextEdit, TextSpec } from "../core/text/types";
import type { Method, State } from "../core/types";
import { TEXT_DISPLAY, type TextKind } from "../host/text";
import type { FakeOptions } from "./fake";
import { FakeText } from "./faketext";

export interface TextSetup {
  text?: string;
  mask?: string | null;
  labels?: string[] | null;
  edits?: TextEdit[];
  options?: Partial<FakeOptions>;
  views?: number;
  spec?: Partial<TextSpec>;
  display?: Partial<TextKind["display"]>;
  snapshot?: unknown;
}

const TEXT =
  "A wonderful start, and I love the music. The end is not good at all: far too long, and the finale is boring. " +
  "Still a great film, if you ask me.";

export function textKernel(setup: TextSetup, methods: Method[]): FakeText {
  const spec: TextSpec = {
    v: 1,
    kind: "text",
    version: "0.1.0",
    text: setup.text ?? TEXT,
    mask: setup.mask === undefined ? "[MASK]" : setup.mask,
    labels: setup.labels === undefined ? ["negative", "positive"] : setup.labels,
    methods,
    layers: [],
    causal: false,
    attends: true,
    ...setup.spec,
  };
  const state: State<TextEdit, TextKind["display"]> = {
    request: { method: "integrated_gradients", params: {}, target: null, edits: setup.edits ?? [] },
    compare: null,
    display: { ...TEXT_DISPLAY, ...setup.display },
    id: 1,
  };
  return new FakeText(spec, state, setup.options, setup.snapshot);
}
