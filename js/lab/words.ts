// Every word that the JupyterLab side shows.
import { chinese } from "./zh";

const english = {
  category: "Explain a model",
  quickstart: "xai_widgets quickstart",
  openQuickstart: "Open the xai_widgets quickstart",
  quickstartCaption: "A notebook with a real classifier and a real photo, ready to run",
  newNotebook: "New explanation notebook",
  newNotebookOf: (what: string) => `New explanation notebook: ${what}`,
  newNotebookCaption: "A notebook to put a model of your own into",
  whatIsExplained: "What is to be explained?",
  templates: { picture: "a picture", text: "a text", rows: "a row of a table" },
  create: "Create",
  tutorials: "Tutorials on explanations",
  openTutorials: "Open tutorials on explanations",
  tutorialsCaption: "Notebooks that run as they are, and on a model of your own",
  whichTutorial: "Which tutorial?",
  open: "Open",

  // Explain the selected variable
  explain: "Explain the selected variable…",
  explainTitle: "Explain",
  explainCaption: "Insert and run a cell that explains a model's answer",
  model: "Model",
  input: "Input",
  insert: "Insert and run",
  noNotebook: "Open a notebook first: what is explained are variables of its kernel.",
  noKernel: "This notebook has no kernel. Start one and run the cells that make the model and its input.",
  kernelBusy: "The kernel is busy, and its variables can be read only when it is idle. Try again then.",
  notInstalled:
    "This kernel does not have xai_widgets, or one that is too old: pip install --upgrade xai_widgets, then restart it.",
  noModel:
    "There is no model among this kernel's variables. Run the cell that makes it: a torch.nn.Module or an estimator.",
  noInput: (model: string) =>
    `There is the model ${model}, but nothing that could be its input: a picture, a text, a row of a table, or a tensor or array of one.`,

  // a file opened from the file browser
  file: {
    type: "Explanation",
    damaged: "This file is damaged, or no explanation that xai_widgets has saved.",
    foreign: "This file holds no explanation of xai_widgets.",
    large: (megabytes: number) => `This file is larger than ${megabytes} MB; xai.load reads it in Python.`,
    version: (found: string, known: number) =>
      `This file has version ${found} of the format, and this extension reads version ${known}: install a newer xai_widgets.`,
    prediction: "What the model says",
    answer: "answer",
    score: "score",
    values: "Values",
    part: "part",
    value: "value",
    shape: "shape",
    range: "range",
    sum: "sum",
    added: "(added by the tokenizer)",
    candidates: "What would change the answer",
    change: "change",
    computation: "How it was computed",
    method: "method",
    seed: "seed",
    passes: "passes forward + back",
    took: "time",
    weights: "weights",
  },

  // the context menu of an output
  outputs: {
    savePage: "Save the explanation as HTML",
    savePicture: "Save the explanation as PNG",
    copy: "Copy the picture of the explanation",
    compareWith: "Compare the explanation with…",
    noKernel: "The widget's kernel is gone. Run its cell again.",
    noPicture: "There is no picture of it yet.",
    failed: "This kernel has no xai_widgets that can do this, or one that is too old.",
  },

  // the side panel
  panel: {
    title: "Explanations",
    show: "Show the explanations of this notebook",
    noKernel: "Open a notebook with a running kernel to see the explanations that live in it.",
    nothing: "Nothing is explained in this kernel yet. What xai.explain(model, x) shows is listed here.",
    mismatch: (extension: string, kernel: string) =>
      `JupyterLab's extension is xai_widgets ${extension}, the kernel runs ${kernel}: install the same version in both, then reload the page.`,
    widgets: "Live widgets",
    results: "Results among the variables",
    kinds: (kind: string) =>
      ({ image: "Picture", text: "Text", table: "Row", embedding: "Word vectors" })[kind] ?? kind,
    running: "computing",
    age: (seconds: number) =>
      seconds < 60
        ? "just now"
        : seconds < 5400
          ? `${Math.round(seconds / 60)} min`
          : `${Math.round(seconds / 3600)} h`,
    bytes: (bytes: number) => (bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`),
    jump: "Go to",
    jumpHint: "Go to the cell that shows it",
    cancel: "Cancel",
    cancelHint: "Stop computing; what was found stays",
    free: "Free",
    freeHint: "Close the widget and free its memory",
    compare: "Compare two",
    compareHint: "Tick two explanations of one input.",
    agreement: (value: string) =>
      `Rank correlation ${value}: 1 where both put all parts in the same order, 0 where they have nothing to do with each other.`,
    noAgreement: "One of the two has a single value everywhere, so there is no order to compare.",
    done: "Done",
  },

  saved: "A saved picture. Run the cell to bring it to life.",
};

export type LabWords = typeof english;

/** JupyterLab writes its language setting there, before it activates plugins that have commands. */
function isChinese(): boolean {
  // Files are also read where there is no page, in tests.
  return typeof document !== "undefined" && document.documentElement.lang.toLowerCase().startsWith("zh");
}

/** Words that are read in JupyterLab's language at the time they are read: parts of them may be kept by a name. */
function inLanguage<T extends object>(own: T, theirs: T): T {
  return new Proxy(own, {
    get: (_, key) => {
      const [here, there] = [own[key as keyof T], theirs[key as keyof T]];
      if (here && typeof here === "object") return inLanguage(here, there as typeof here);
      return isChinese() ? there : here;
    },
  });
}

export const WORDS = inLanguage(english, chinese);
