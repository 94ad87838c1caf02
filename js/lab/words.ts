/** Every word that the JupyterLab side shows. */
export const WORDS = {
  category: "Explain a model",
  quickstart: "xai_widgets quickstart",
  methods: "xai_widgets methods",
  text: "xai_widgets text",
  rows: "xai_widgets rows",
  openQuickstart: "Open the xai_widgets quickstart",
  quickstartCaption: "A notebook with a real classifier and a real photo, ready to run",
  saved: "A saved picture. Run the cell to bring it to life.",
} as const;
