// The notebooks that come with the extension, under the names that they get in a user's folder.
import all from "notebooks:all";
import { isChinese } from "../language";
import { WORDS } from "../words";
import { inChinese } from "./chinese";
import picture from "./templates/picture.ipynb";
import rows from "./templates/rows.ipynb";
import text from "./templates/text.ipynb";

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
function whole(texts: readonly string[]): object {
  const cells = texts.map((text, i) => {
    let source = text.slice(1);
    for (const file of files) source = source.replaceAll(`](${file})`, `](${encodeURIComponent(named(file))})`);
    const cell = { id: `cell-${i}`, metadata: {}, source };
    return text[0] === "c"
      ? { ...cell, cell_type: "code", execution_count: null, outputs: [] }
      : { ...cell, cell_type: "markdown" };
  });
  return { ...picture, cells };
}

/** The heading that it begins with. */
function titleOf(texts: readonly string[]): string {
  return texts[0]?.match(/^m#\s+(.+)/)?.[1] ?? "";
}

/** In the order in which they are to be read. */
export const TUTORIALS: Tutorial[] = files.map((file) => ({
  name: named(file),
  title: `${file.match(/^\d+/)?.[0] ?? ""} ${titleOf(all[file]!)}`.trim(),
  content: whole(all[file]!),
}));

export const QUICKSTART = TUTORIALS[0]!.name;

const told = (notebook: object) => (isChinese() ? inChinese(notebook) : notebook);

/** What a new notebook begins with, by what is explained, in JupyterLab's language. */
export const TEMPLATES = {
  picture: { name: () => WORDS.templates.picture, content: () => told(picture) },
  text: { name: () => WORDS.templates.text, content: () => told(text) },
  rows: { name: () => WORDS.templates.rows, content: () => told(rows) },
};

export type Template = keyof typeof TEMPLATES;
