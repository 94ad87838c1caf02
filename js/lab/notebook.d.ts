declare module "*.ipynb" {
  const notebook: object;
  export default notebook;
}
