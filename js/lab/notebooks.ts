// The notebooks that come with the extension, under the names that they get in a user's folder.
import quickstart from "../../notebooks/01_quickstart.ipynb";
import methods from "../../notebooks/02_methods.ipynb";
import text from "../../notebooks/03_text.ipynb";
import rows from "../../notebooks/04_tabular.ipynb";
import { WORDS } from "./words";

export const QUICKSTART = `${WORDS.quickstart}.ipynb`;

const OURS = [
  { ours: "01_quickstart.ipynb", name: QUICKSTART, notebook: quickstart },
  { ours: "02_methods.ipynb", name: `${WORDS.methods}.ipynb`, notebook: methods },
  { ours: "03_text.ipynb", name: `${WORDS.text}.ipynb`, notebook: text },
  { ours: "04_tabular.ipynb", name: `${WORDS.rows}.ipynb`, notebook: rows },
];

/** The notebook with its links to the others by the names that they have beside it. */
function linked(notebook: object): object {
  let text = JSON.stringify(notebook);
  for (const { ours, name } of OURS) text = text.replaceAll(`](${ours})`, `](${encodeURIComponent(name)})`);
  return JSON.parse(text);
}

export const NOTEBOOKS = OURS.map(({ name, notebook }) => ({ name, content: linked(notebook) }));
