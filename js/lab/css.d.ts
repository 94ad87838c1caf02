declare module "*/lab.css" {
  const text: string;
  export default text;
}
