/** Every word that the JupyterLab side shows. */
export const WORDS = {
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

  saved: "A saved picture. Run the cell to bring it to life.",
} as const;
