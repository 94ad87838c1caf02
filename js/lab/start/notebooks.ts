// The notebooks that come with the extension, under the names that they get in a user's folder.
import all from "notebooks:all";
import { WORDS } from "../words";
import picture from "./templates/picture.ipynb";
import rows from "./templates/rows.ipynb";
import text from "./templates/text.ipynb";

interface Cells {
  cells: { cell_type: string; source: string | string[] }[];
}

export interface Tutorial {
  name: string;
  title: string;
  content: object;
}

const files = Object.keys(all).sort();

/** `02_methods.ipynb` is a good name among ours, and says nothing among a user's. */
function named(file: string): string {
  return `xai_widgets ${file.replace(/^\d+_/, "")}`;
}

/** The notebook with its links to the others by the names that they have beside it. */
function linked(notebook: object): object {
  let text = JSON.stringify(notebook);
  for (const file of files) text = text.replaceAll(`](${file})`, `](${encodeURIComponent(named(file))})`);
  return JSON.parse(text);
}

/** The heading that it begins with. */
function titleOf(notebook: object): string {
  const source = (notebook as Cells).cells[0]?.source ?? "";
  return (Array.isArray(source) ? source.join("") : source).match(/^#\s+(.+)/)?.[1] ?? "";
}

/** In the order in which they are to be read. */
export const TUTORIALS: Tutorial[] = files.map((file) => ({
  name: named(file),
  title: `${file.match(/^\d+/)?.[0] ?? ""} ${titleOf(all[file]!)}`.trim(),
  content: linked(all[file]!),
}));

export const QUICKSTART = TUTORIALS[0]!.name;

/** What a new notebook begins with, by what is explained. */
export const TEMPLATES = {
  picture: { name: () => WORDS.templates.picture, content: picture },
  text: { name: () => WORDS.templates.text, content: text },
  rows: { name: () => WORDS.templates.rows, content: rows },
};

export type Template = keyof typeof TEMPLATES;
