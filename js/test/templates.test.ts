import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inChinese } from "../lab/start/chinese";

const FOLDER = new URL("../lab/start/templates/", import.meta.url);
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".ipynb"));

interface Notebook {
  cells: { cell_type: string; source: string | string[] }[];
}

const lines = ({ source }: Notebook["cells"][number]) => [source].flat().join("").split("\n");
const code = (line: string) => line.replace(/(^|\s)# .*/, "").trimEnd();

test.each(NAMES)("%s says all that it tells in Chinese, and its code is the same", (name) => {
  const english: Notebook = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
  const chinese = inChinese(english);
  expect(chinese.cells.length).toBe(english.cells.length);
  for (const [i, cell] of english.cells.entries()) {
    const [told, own] = [lines(chinese.cells[i]!), lines(cell)];
    if (cell.cell_type === "code") expect(told.map(code)).toEqual(own.map(code));
    for (const [j, line] of own.entries()) {
      const says = cell.cell_type === "markdown" ? line : line.slice(code(line).length);
      if (says.trim()) expect(told[j]).toMatch(/\p{Script=Han}/u);
      expect(told[j] === line).toBe(!says.trim());
    }
  }
});
