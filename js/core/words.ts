// Every word a person reads, in one place: a second language is one more object of type Words.
import { percent, seconds, signed, typeset, whole } from "./format";
import { inLanguage } from "./language";

const english = {
  classNumber: (index: number) => `class ${index}`,
  output: (index: number) => `output ${index}`,

  // the question on top
  why: "Why",
  ratherThan: "rather than",
  questionMark: "?",
  scores: (texts: string[]) => texts.join(" against "),
  waiting: "Waiting for the first answer",
  noAnswer: "No answer",

  // stage
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",

  // read-out
  readOut: (value: number) => signed(value),
  spoken: (parts: string[]) => parts.join(", "),
  listed: (names: string[]) => names.join(", "),
  value: "value",

  // legend
  legendStrength: "strength |value|",
  legendSigned: "against ◂ 0 ▸ for",
  legendClipped: "Larger values take the last colour",
  legendMissing: "hatched: not a number",
  legendLabel: (low: string, high: string) => `Colours run from ${low} to ${high}`,

  // two methods
  agreement: (correlation: number) => {
    if (Number.isNaN(correlation)) return "One of the maps has one value alone: no order";
    const degree =
      correlation >= 0.7
        ? "agree"
        : correlation >= 0.3
          ? "agree in part"
          : correlation > -0.3
            ? "do not agree"
            : "contradict";
    return `${degree}: ${typeset(correlation.toFixed(2))} rank correlation`;
  },
  agreementApart: (share: number) => `on average ${(100 * share).toFixed(0)} of 100 places apart`,
  agreementHint:
    "Spearman's rank correlation of the maps as they are read: 1 for the same order, 0 for none, −1 for the opposite. Unrelated maps are 33 of 100 places apart.",
  agreementSigns: {
    both: "",
    positive: "for the class only",
    negative: "against the class only",
    absolute: "by strength",
  },
  agreementSoFar: "so far",
  agreementWaits: "Waiting for both maps of this question",
  agreementNone: "No place has a number in both maps",
  disagreement: "Disagreement",
  disagreementOf: (a: string, b: string) => `Place among 100: ${a} minus ${b}`,
  higherBy: (method: string) => `${method} ranks it higher`,
  differenceNone: "same place",
  difference: (points: number) => `${signed(points)} ${Math.abs(points) === 1 ? "place" : "places"} apart`,
  place: (share: number) => `place ${(100 * share).toFixed(1)} of 100`,
  unsigned: (method: string) => `${method} has no negative values, the other method has.`,
  compareStrength: "Compare by strength",
  compareFor: "Compare what speaks for the class",

  // prediction
  prediction: "Prediction",
  predictionValue: "Output",
  explainClass: (label: string) => `Explain ${label}`,
  explained: "explained",
  foil: "compared with",
  change: "change against the original input",
  originalTick: "Value for the original input",
  percentagePoints: "Change in percentage points",

  // question
  question: "Question",
  mostLikely: "most likely class",
  mostLikelyIs: (name: string) => `${name} (most likely)`,
  nothingElse: "anything else",
  searchClasses: "Search classes",
  noClass: "No class has this name",
  more: (count: number) => `${whole(count)} more: type to narrow`,
  clear: "Clear",

  // method
  method: "Method",
  methodPicker: "Explanation method",
  compareWith: "Compare with",
  compareNone: "nothing",
  parametersOf: (title: string) => `Parameters of ${title}`,
  parameterAuto: "automatic",
  parameterDefault: "Back to defaults",
  searchLayers: "Search layers by name or type",
  noLayer: "No layer has this name. Enter asks for it all the same",
  layersInside: (count: number) => `${whole(count)} inside`,
  layerReasons: { silent: "not run", "no map": "no map" },
  layerWhy: {
    silent: "Not run for this input, or puts out no numbers",
    "no map": "What this layer puts out has no height and width, so no map can be drawn of it",
  },
  chosenByItself: "chosen by itself",

  // the model check
  health: "Is this model fit for explaining?",
  healthVerdicts: {
    ok: "Yes: nothing was found that speaks against it",
    note: "Yes, with something to know",
    warning: "With care: some maps may mislead",
    error: "Not all of it: some maps cannot be made, or mean nothing",
  },
  healthLooking: "Looking at the model",
  healthStopped: "Not looked at to the end",
  healthFailed: (why: string) => `The check could not be made: ${why}`,
  healthCost: (forwards: number, backwards: number, s: number) =>
    `${whole(forwards)} forward and ${whole(backwards)} backward passes, ${seconds(s)}`,
  severities: { ok: "Fine", note: "Note", warning: "Warning", error: "Problem" },
  healthFine: (count: number) => (count === 1 ? "1 check found nothing wrong" : `${count} checks found nothing wrong`),
  healthWhere: "Where",
  healthAdvice: (advice: string) => `→ ${advice}`,
  healthTouches: (titles: string[], of: number) =>
    titles.length === of ? "every method" : titles.length > 4 ? `${titles.length} of ${of} methods` : titles.join(", "),
  healthMethods: (final: boolean): string =>
    final ? "Methods on this model" : "Methods on this model, as far as is known",
  soundness: { sound: "Sound", unsound: "Doubtful", impossible: "Not possible" },
  doubtful: (title: string, reason: string) => `${title} ⚠ doubtful here${reason && `: ${reason}`}`,
  notPossible: (title: string, reason: string) => `${title} (${reason})`,
  refused: (count: number) => (count === 1 ? "Why 1 method is greyed" : `Why ${count} methods are greyed`),

  // reading
  opacity: "Opacity",
  mass: "Attribution kept",
  sign: "Sign",
  signs: { both: "Both", positive: "For", negative: "Against", absolute: "Strength" },
  signHints: {
    both: "Evidence for and against",
    positive: "Evidence for the class only",
    negative: "Evidence against the class only",
    absolute: "How strong, whatever the direction",
  },
  colormap: "Colours",
  colormaps: { ember: "Ember", blue_orange: "Blue – orange", purple_orange: "Purple – orange" } as Record<
    string,
    string
  >,
  colormapForced: "This map has one direction, so it is drawn in Ember",

  // editing
  undo: "Undo",
  redo: "Redo",
  reset: "Reset",
  edited: "edited",
  exactValue: (title: string) => `${title}, exact value`,

  // status
  noneHere: "The kernel finds it out, and there is none here now.",
  noKernel: "No kernel: showing the last saved view",
  savedAlone: "Saved without the model: what is greyed needs a running notebook.",
  needsModel: "needs the model",
  retry: "Try again",
  busy: "Kernel busy, your question is waiting",
  working: "Computing",
  cancel: "Cancel",
  stop: "Stop",
  progress: (done: number, total: number) => `${whole(done)} / ${whole(total)}`,
  oldAnswers: {
    input: "These are answers for an earlier input.",
    rules: "These are answers under earlier rules.",
    question: "These are answers to an earlier question.",
  },
  askAgain: "Search again",
  progressLabel: (what: string) => `Progress of ${what}`,
  left: (s: number) => `${seconds(s)} left`,
  took: (s: number) => `in ${seconds(s)}`,
  error: (share: number | "unbounded") =>
    share === "unbounded" ? "error unbounded so far" : `error ±${percent(share)}`,
  errorHint: "Estimated relative error of the map",
  gap: (gap: number) => `completeness gap ${signed(gap)}`,
  gapHint: "The sum of the map minus what it should sum to",
  passes: (forwards: number, backwards: number) => `${whole(forwards)} forward, ${whole(backwards)} backward passes`,
  partial: (fraction: number) => `partial map, ${percent(fraction, 0)} done`,
  stale: "The map still shows the earlier question",
  cancelled: "Cancelled: the partial map stays",
  cancelledEarly: "Cancelled before there was a map of this question",
  details: "Traceback",
  dismiss: "Dismiss",
  badMessage: "A message from the kernel could not be read",
  mismatch: (browser: string, kernel: string) =>
    `The view is version ${browser} but the kernel runs ${kernel}: reload the page or restart the kernel.`,
  mismatchLab: (extension: string, kernel: string) =>
    `JupyterLab's extension is version ${extension} but the kernel runs ${kernel}: install the same, then reload the page.`,

  // what would have to change
  search: "What would have to change?",
  searchTarget: "For the answer",
  searchAny: "any other",
  searchCount: "How many ways",
  searchGo: "Search",
  searchNone: "None found.",
  reach: (plain: boolean): string => (plain ? "The output is to be" : "Its probability is to be"),
  reachHint: "0 to 1. If empty, it is to be the likeliest.",
  reachNone: "Say at least, or at most, what the output is to be.",
  atLeast: "at least",
  atMost: "at most",
};

export type Words = typeof english;

export const words = inLanguage("words", english);
