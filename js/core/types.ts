// The messages of docs/protocol.md as types. Nothing here exists at run time.
import type { Judgement, TrialRow } from "./trust/types";

export type Bytes = ArrayBufferView | ArrayBufferLike | readonly number[] | string;

export interface ArrayMeta {
  v: number;
  dtype: "<u2" | "<u4" | "<f4" | "|u1";
  shape: number[];
  lo?: number;
  hi?: number;
  buffer: number;
}

/** One unit of a layer. */
export interface Unit {
  layer: string;
  index: number[];
}

/** Part of an edited text, whose likelihood a language model gives; or its first token rather than another. */
export interface Stretch {
  span: [number, number];
  rather: number | null;
}

export type Asked = number | [number, number] | Unit | Stretch;
/** null: the most likely class; a number: that class; a pair: why the first rather than the second; or a unit. */
export type Target = null | Asked;
export type Slot = "a" | "b";
export type Fill = "mean" | "blur" | "noise" | "colour";
export type Value = number | string | boolean | null;

export interface SliderEdit {
  name: "blur" | "noise" | "brightness" | "contrast" | "rotation";
  value: number;
}

export interface Stroke {
  name: "occlude";
  points: number[];
  radius: number;
  fill: Fill;
  colour: [number, number, number];
}

/** Whole regions that are covered: lengths of the runs of pixels that stay and that are covered, by turns. */
export interface CoveredRegions {
  name: "regions";
  size: [number, number];
  runs: number[];
  fill: Fill;
  colour: [number, number, number];
}

/** Of a photo. */
export type Edit = SliderEdit | Stroke | CoveredRegions;

/** What every edit has, whatever is edited. */
export interface AnyEdit {
  name: string;
}

export interface Request<E extends AnyEdit = AnyEdit> {
  method: string;
  params: Record<string, Value>;
  target: Target;
  edits: E[];
}

/** A question that what is saved has the answer to, and what it turned out to be about. */
export interface Known {
  request: Request;
  found: Asked;
}

export type Sign = "both" | "positive" | "negative" | "absolute";

/** One map; two pictures under a curtain, or side by side; or where two maps disagree. */
export type Layout = "single" | "curtain" | "beside" | "disagreement";

export interface Display {
  opacity: number;
  mass: number;
  sign: Sign;
  /** null: the view chooses. */
  colormap: string | null;
  scale: number | null;
  /** null: side by side where there are two maps. */
  layout: Layout | null;
  curtain: number | null;
  /** The standard deviation of the mean that the map is read under, in pixels of the grid. null: the view chooses. */
  smooth: number | null;
}

export interface State<E extends AnyEdit = AnyEdit, D = Display> {
  request: Request<E>;
  compare: Request<E> | null;
  display: D;
  id: number;
}

export interface Parameter {
  name: string;
  kind: string;
  default: Value;
  low: number | null;
  high: number | null;
  step: number | null;
  choices: Value[];
  optional: boolean;
  sentence: string;
  /** Of a layer: "map" where patches will do, else channels of a map. */
  needs?: string;
}

/** Depth, name inside its parent, type, how many modules inside are not told, shape of what it puts out, use for a map. */
export type LayerEntry = [number, string, string, number, number[] | null, number | null];

export interface Method {
  name: string;
  title: string;
  family: string;
  sentence: string;
  why_not: string | null;
  parameters: Parameter[];
}

export interface EditSpec {
  name: SliderEdit["name"];
  title: string;
  sentence: string;
  low: number;
  high: number;
  step: number;
  neutral: number;
  unit: string;
}

export type Task = "classes" | "binary" | "value";

/** What every widget tells of itself. */
export interface BaseSpec {
  v: number;
  kind: string;
  version: string;
  labels: string[] | null;
  methods: Method[];
  layers?: LayerEntry[];
}

export interface Spec extends BaseSpec {
  kind: "image";
  grid: [number, number];
  photo: { mime: string; width: number; height: number; data: Bytes };
  region: [number, number, number, number];
  edits: EditSpec[];
  fills: Fill[];
  brush: { low: number; high: number; default: number };
  ways: { name: Way; why_not: string | null }[];
}

/** How a photo may be changed for another answer. */
export type Way = "cover" | "other" | "smooth" | "latent";

/** One change of a photo that gives another answer. */
export interface FoundChange {
  /** Null where no edit does it. */
  edit: CoveredRegions | null;
  label: string;
  score: number;
  before: number;
  after: number;
  /** Null where it is not made of regions. */
  regions: number | null;
  area: number;
  distance: number;
  survives: number;
  picture: ArrayMeta;
  /** As the model sees it, where no edit does it. */
  whole: ArrayMeta | null;
}

/** From and to; null for an open end. */
export type Ends = [number | null, number | null];

export interface ImageSearchMessage {
  kind: "search";
  target: number | null;
  /** What its probability, or the output, is to reach; null: it is to win. */
  within: Ends | null;
  way: Way;
  most: number;
  fill: Fill;
  edits: Edit[];
  found: FoundChange[];
  /** What they were, where no edit does them. */
  was: ArrayMeta | null;
  of: string;
  running: boolean;
  fraction: number;
  error: string | null;
  note: string | null;
}

/** The second photo. */
export interface OtherMessage {
  kind: "other";
  /** Of the file; empty where Python gave it. */
  name: string;
  /** What the model says of it, once it is read. */
  label: string | null;
  picture: ArrayMeta | null;
  running: boolean;
  error: string | null;
}

/** What views of one kind of input ask beside the explanation. */
export interface Question {
  kind:
    | "menu"
    | "search"
    | "back"
    | "other"
    | "generate"
    | "attention"
    | "heads"
    | "rules"
    | "scenario"
    | "trust"
    | "trial"
    | "layout"
    | "near"
    | "analogy"
    | "agreement"
    | "separation"
    | "study"
    | "pick"
    | "seen";
  [field: string]: unknown;
}

export type Outgoing =
  | { kind: "hello"; v: number; version: string; language?: string; rate?: number; bits?: number }
  | { kind: "ask"; id: number; slot: Slot; request: Request }
  | { kind: "cancel"; id: number; slot: Slot }
  | { kind: "close"; slot: "b" }
  | { kind: "check"; open: boolean }
  | { kind: "layers"; under: string }
  | { kind: "display"; display: Display }
  | Question;

export interface Welcome {
  kind: "welcome";
  v: number;
  version: string;
  id: number;
  state: State;
}

export interface StateMessage {
  kind: "state";
  state: State;
}

export interface PredictionMessage {
  kind: "prediction";
  /** Where another view or Python may have asked: what is on show there. */
  state?: State;
  id: number;
  slot: Slot;
  target: Asked;
  label: string;
  task: Task;
}

export interface ImagePredictionMessage extends PredictionMessage {
  probabilities: ArrayMeta;
  original: ArrayMeta;
  picture: ArrayMeta | null;
}

export interface MapMessage {
  kind: "map";
  id: number;
  slot: Slot;
  request: Request;
  target: Asked;
  label: string;
  values: ArrayMeta;
  fraction: number;
  done: number;
  total: number;
  error: number | "unbounded" | null;
  gap: number | null;
  sum: number;
  seconds: number;
  left: number | null;
  forwards: number;
  backwards: number;
  notes: string[];
  final: boolean;
}

export interface Ended {
  kind: "ended";
  id: number;
  slot: Slot;
  outcome: "done" | "cancelled" | "superseded" | "failed";
}

export interface ErrorMessage {
  kind: "error";
  id: number;
  slot: Slot;
  message: string;
  detail: string;
}

export type Severity = "ok" | "note" | "warning" | "error";
export type Soundness = "sound" | "unsound" | "impossible";

export interface Finding {
  name: string;
  severity: Severity;
  sentence: string;
  advice: string;
  methods: string[];
  effect: Soundness;
  where: string[];
}

/** Whether the model is fit for explaining, as far as it was looked at. */
export interface Check {
  severity: Severity;
  findings: Finding[];
  methods: Record<string, { soundness: Soundness; reason: string }>;
  fraction: number;
  forwards: number;
  backwards: number;
  seconds: number;
}

export interface CheckMessage {
  kind: "check";
  check: Check | null;
  running: boolean;
  error: string | null;
}

export interface LayersMessage {
  kind: "layers";
  under: string;
  entries: LayerEntry[];
}

interface Told {
  running: boolean;
  fraction: number;
  error: string | null;
  notes: string[];
}

export interface TrustMessage extends Judgement, Told {
  kind: "trust";
  slot: Slot;
  /** The ask whose map it is about; null: of no map that is on show. */
  id: number | null;
  method: string | null;
  label: string | null;
}

export interface TrialMessage extends Told {
  kind: "trial";
  methods: string[];
  rows: TrialRow[];
}

export type Answer = PredictionMessage | MapMessage | Ended | ErrorMessage;
export type Incoming = Welcome | StateMessage | CheckMessage | LayersMessage | TrustMessage | TrialMessage | Answer;

/** A message kept in a trait carries its buffers inside. */
export type Kept<T> = T & { buffers?: Bytes[] };

export interface Snapshot {
  prediction: Kept<PredictionMessage> | null;
  maps: { a?: Kept<MapMessage> | null; b?: Kept<MapMessage> | null };
  trust?: { a?: TrustMessage; b?: TrustMessage };
}
