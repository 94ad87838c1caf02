/** Every notebook in `notebooks/`, by its file's name: js/build.mjs reads the folder. */
declare module "notebooks:all" {
  const notebooks: Record<string, object>;
  export default notebooks;
}

declare module "*.ipynb" {
  const notebook: object;
  export default notebook;
}
