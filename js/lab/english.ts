// Every word that the JupyterLab side shows, but for those of saved pictures and files, which are loaded without the rest.

export const english = {
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

  // the context menu of an output
  outputs: {
    savePage: "Save the explanation as HTML",
    savePicture: "Save the explanation as PNG",
    copy: "Copy the picture of the explanation",
    compareWith: "Compare the explanation with…",
    noKernel: "The widget's kernel is gone. Run its cell again.",
    waiting:
      "The page comes once the kernel is free and the explanation finished. Cancel the explanation to save what there is.",
    noPicture: "There is no picture of it yet.",
    failed: "This kernel has no xai_widgets that can do this, or one that is too old.",
  },

  // a view in a notebook that is saved
  noRoom: (most: number, smaller: boolean) =>
    `An explanation's picture may take ${most} kB of the notebook (see Settings): ${smaller ? "it was drawn smaller" : "the one before was kept"}.`,

  noRoomToLive: (most: number) =>
    `An explanation may take ${most} kB of the notebook (see Settings): not all that it can show without a kernel found room.`,

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
      ({ image: "Picture", text: "Text", table: "Row", population: "Table", embedding: "Word vectors" })[kind] ?? kind,
    running: "computing",
    age: (seconds: number) =>
      seconds < 60
        ? "just now"
        : seconds < 5400
          ? `${Math.round(seconds / 60)} min`
          : `${Math.round(seconds / 3600)} h`,
    jump: "Go to",
    jumpHint: "Go to the cell that shows it",
    cancel: "Cancel",
    cancelHint: "Stop computing; what was found stays",
    free: "Free",
    freeHint: "Close the widget and free its memory",
    compare: "Compare two",
    compareHint: "Tick two explanations of one input.",
    agreement: (value: string) =>
      `Rank correlation ${value}: 1 where both put all parts in the same order, 0 where they have nothing to do with each other, −1 where one's order is the other's reversed.`,
    noAgreement: "One of the two has a single value everywhere, so there is no order to compare.",
    cancelAll: "Cancel running explanations",
    cancelAllHint: "Stop what all explanations of this notebook compute; what was found stays",
    done: "Done",
  },

  // the settings editor
  settings: {
    title: "Explanations (xai_widgets)",
    description: "How the widgets of xai_widgets show explanations in this JupyterLab.",
    names: {
      colormap: {
        title: "Colours of maps",
        description:
          "Where neither the widget nor Python chose any. A map of one direction, without values against, is drawn in Ember.",
      },
      bits: {
        title: "Precision of maps",
        description:
          "How exactly the maps of pictures are sent to the browser. What Python computes and saves is not touched.",
      },
      rate: {
        title: "Updates a second",
        description: "How often an explanation that is being computed shows what it has so far, at most.",
      },
      kilobytes: {
        title: "View in a notebook, kB",
        description:
          "How much a view may take of a notebook that is saved. A larger picture is drawn smaller, and the oldest answers are left out.",
      },
    },
    choices: {
      blue_orange: "Blue – orange",
      purple_orange: "Purple – orange",
      ember: "Ember",
      16: "16 bits a value",
      8: "8 bits a value: half as much to send, for slow connections",
    },
  },
};

export type LabWords = typeof english;
