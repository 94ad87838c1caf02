// A page with the image widget and a fake kernel, for development and the browser tests.
import { bytesOf, quantise } from "../core/arrays";
import type { Edit, EditSpec, LayerEntry, Method, Parameter, Spec, State } from "../core/types";
import { DISPLAY } from "../host/decode";
import embedding from "../views/embedding";
import source from "../views/image";
import text from "../views/text";
import type { FakeKernel, FakeOptions, StaticModel } from "./fake";
import { type Bump, FakeImage } from "./fakeimage";
import { type TextSetup, textKernel } from "./textpage";
import { FakeWords, type WordSetup } from "./wordpage";

interface Setup {
  photo?: { data: string; mime: string; width: number; height: number };
  region?: [number, number, number, number];
  grid?: [number, number];
  labels?: string[] | null;
  options?: Partial<FakeOptions>;
  edits?: Edit[];
  views?: number;
  bumps?: Bump[];
  /** In place of the page's own methods: family, titles, and why they do not fit. */
  families?: [string, string[], string | null][];
  snapshot?: unknown;
  ways?: Spec["ways"];
}

const NAMES = ["tabby", "Egyptian cat", "tiger cat", "lynx", "Persian cat", "window screen", "carton", "paper towel"];
const ODD = `<img src=x onerror="window.xaiHacked=1">`;

function parameter(name: string, kind: string, value: Parameter["default"], more: Partial<Parameter> = {}): Parameter {
  return {
    name,
    kind,
    default: value,
    low: null,
    high: null,
    step: null,
    choices: [],
    optional: false,
    sentence: "",
    ...more,
  };
}

const SAMPLES = parameter("n_samples", "int", 25, {
  low: 1,
  high: 200,
  step: 1,
  sentence: "How many noisy copies are averaged.",
});
const METHODS: Method[] = [
  ["saliency", "Saliency", "Gradients", "How strongly each pixel moves the score, whatever the direction.", null, []],
  [
    "smooth_grad",
    "SmoothGrad",
    "Gradients",
    "Gradients of many noisy copies, averaged.",
    null,
    [
      SAMPLES,
      parameter("stdev", "float", 0.15, { low: 0, high: 1, step: 0.01, sentence: "How noisy the copies are." }),
      parameter("squared", "bool", false, { sentence: "Square each gradient before the average." }),
    ],
  ],
  ["guided_backprop", "Guided backprop", "Gradients", "", "no ReLU in this model", []],
  [
    "integrated_gradients",
    "Integrated gradients",
    "Paths",
    "Gradients summed on the way from a plain baseline to the photo.",
    null,
    [
      parameter("n_steps", "int", 32, {
        low: 4,
        high: 256,
        step: 1,
        sentence: "Steps on the way; more are more exact.",
      }),
      parameter("baselines", "choice", "black", {
        choices: ["black", "mean", "blur"],
        sentence: "Where the way begins.",
      }),
      parameter("seed", "int", null, { low: 0, high: 99, optional: true, sentence: "Fixes the random numbers." }),
    ],
  ],
  [
    "grad_cam",
    "Grad-CAM",
    "Class activation",
    "Where the last convolution saw the class.",
    null,
    [parameter("layer", "layer", null, { optional: true, needs: "map", sentence: "The layer whose map is shown." })],
  ],
  [
    "occlusion",
    "Occlusion",
    "Perturbation",
    "What does the score lose when this part is hidden?",
    null,
    [
      parameter("window", "int", null, { low: 1, high: 512, optional: true, sentence: "Side of the window." }),
      parameter("strides", "int", null, { low: 1, high: 512, optional: true, sentence: "From window to window." }),
      parameter("baselines", "choice", "zero", { choices: ["zero", "mean", "blur"], sentence: "What covers it." }),
    ],
  ],
  ["rise", "RISE", "Perturbation", "Hides random parts and watches the score.", null, [SAMPLES]],
].map(
  ([name, title, family, sentence, why_not, parameters]) =>
    ({ name, title, family, sentence, why_not, parameters }) as Method,
);

function listed([family, titles, why_not]: [string, string[], string | null]): Method[] {
  const nameOf = (title: string) => title.toLowerCase().replaceAll(" ", "_");
  return titles.map((title) => ({ name: nameOf(title), title, family, sentence: "", why_not, parameters: [] }));
}

function tree(): LayerEntry[] {
  const found: LayerEntry[] = [];
  const add = (depth: number, own: string, type: string, untold = 0) =>
    found.push([depth, own, type, untold, null, null]);
  add(0, "stem", "Sequential");
  for (const [i, type] of ["Conv2d", "BatchNorm2d", "ReLU6"].entries()) add(1, String(i), type);
  add(0, "blocks", "Sequential");
  for (let block = 0; block < 3; block++) {
    add(1, String(block), "InvertedResidual");
    for (const own of ["expand", "depthwise", "project"]) add(2, own, "Conv2d");
  }
  add(1, "3", "InvertedResidual", 2);
  add(0, "norm", "Norm");
  add(0, "dropout", "Dropout");
  add(0, "flatten", "Flatten");
  add(0, "classifier", "Linear");
  return found;
}

const EDITS: EditSpec[] = (
  [
    ["blur", "Blur", 0, 16, 0.1, 0, "px"],
    ["noise", "Noise", 0, 1, 0.01, 0, ""],
    ["brightness", "Brightness", -100, 100, 1, 0, "%"],
    ["contrast", "Contrast", -100, 100, 1, 0, "%"],
    ["rotation", "Rotation", -180, 180, 1, 0, "°"],
  ] as const
).map(([name, title, low, high, step, neutral, unit]) => ({
  name,
  title,
  sentence: "",
  low,
  high,
  step,
  neutral,
  unit,
}));

/** A photo of nothing, as a BMP made by hand: a bright disc on a gradient. */
function drawnPhoto(width: number, height: number): Uint8Array {
  const row = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(54 + row * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
    [34, row * height],
  ] as const)
    view.setUint32(at, value, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const near = Math.hypot(x / width - 0.5, y / height - 0.5) < 0.3;
      bytes.set(near ? [70, 150, 220] : [90 + (x * 90) / width, 110, 60 + (y * 90) / height], 54 + y * row + x * 3);
    }
  return bytes;
}

function open(setup: Setup = {}): FakeImage {
  const photo = setup.photo ?? { data: drawnPhoto(320, 240), mime: "image/bmp", width: 320, height: 240 };
  const { width, height } = photo;
  const side = Math.min(width, height);
  const [x, y] = [(width - side) / 2, (height - side) / 2];
  const many = Array.from({ length: 1000 }, (_, i) => NAMES[i] ?? (i === 8 ? ODD : `thing ${i}`));
  const labels = setup.labels === undefined ? many : setup.labels;
  const spec: Spec = {
    v: 1,
    kind: "image",
    version: "0.1.0",
    grid: setup.grid ?? [224, 224],
    photo: { mime: photo.mime, width, height, data: photo.data },
    region: setup.region ?? [x, y, x + side, y + side],
    labels,
    methods: setup.families ? setup.families.flatMap(listed) : METHODS,
    layers: tree(),
    edits: EDITS,
    fills: ["mean", "blur", "noise", "colour"],
    brush: { low: 2, high: 64, default: 12 },
    ways: setup.ways ?? (["cover", "other", "smooth", "latent"] as const).map((name) => ({ name, why_not: null })),
  };
  const state: State = {
    request: { method: "integrated_gradients", params: {}, target: null, edits: setup.edits ?? [] },
    compare: null,
    display: { ...DISPLAY },
    id: 1,
  };
  const kernel = new FakeImage(spec, state, setup.options, setup.bumps, setup.snapshot);
  for (let i = 0; i < (setup.views ?? 1); i++) mount(kernel);
  if (setup.photo) void takePixels(kernel, spec);
  return kernel;
}

/** The view that is shown: the one made of the sources beside, or a bundle. */
let widget = source;
let known: unknown = null;
function mount({ model, spec }: { model: StaticModel; spec: { kind: string } }): () => void {
  const view = { text, embedding }[spec.kind] ?? widget;
  if (known !== model) view.initialize({ model });
  known = model;
  const el = document.createElement("div");
  document.body.append(el);
  return view.render({ model, el });
}

function openText(setup: TextSetup = {}): FakeKernel {
  const kernel = textKernel(setup, METHODS);
  for (let i = 0; i < (setup.views ?? 1); i++) mount(kernel);
  return kernel;
}

function openWords(setup: WordSetup = {}): FakeWords {
  const kernel = new FakeWords(setup);
  for (let i = 0; i < (setup.views ?? 1); i++) mount(kernel);
  return kernel;
}

/** Gives the fake kernel the photo's pixels, so that its edits show on them. */
async function takePixels(kernel: FakeImage, spec: Spec): Promise<void> {
  const [h, w] = spec.grid;
  const bitmap = await createImageBitmap(new Blob([bytesOf(spec.photo.data).slice()], { type: spec.photo.mime }));
  const ctx = new OffscreenCanvas(w, h).getContext("2d")!;
  const [x0, y0, x1, y1] = spec.region;
  ctx.drawImage(bitmap, x0, y0, x1 - x0, y1 - y0, 0, 0, w, h);
  const { data } = ctx.getImageData(0, 0, w, h);
  kernel.pixels = Uint8Array.from({ length: h * w * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!);
}

async function use(code: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  widget = (await import(url)).default;
}

Object.assign(window, { xaiPage: { open, openText, openWords, mount, quantise, use } });
