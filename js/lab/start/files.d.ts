/** Of every notebook in `notebooks/`, by its file's name, the cells: c or m, for code or markdown, and the text. */
declare module "notebooks:all" {
  const notebooks: Record<string, string[]>;
  export default notebooks;
}

declare module "*.ipynb" {
  const notebook: object;
  export default notebook;
}
