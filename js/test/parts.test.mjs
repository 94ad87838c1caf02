// Views built as parts behave as if each were built by itself.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, expect, test } from "vitest";
import { partsOf } from "../parts.mjs";

const SOURCES = {
  "count.js": "export const count = { now: 0 }; export function add(count) { count.now += 1; }",
  "pair.js":
    'import { add, count } from "./count.js"; export const twice = () => { add(count); add(count); return count.now; };',
  "a.js":
    'import "./a.css"; import { count } from "./count.js"; import { twice } from "./pair.js"; export default () => [twice(), count.now];',
  "b.js":
    'import "./b.css"; import { add, count } from "./count.js"; import { twice } from "./pair.js"; export default () => [twice(), add(count), count.now];',
  "c.js": 'import { add, count } from "./count.js"; export default () => [add(count), count.now];',
  "base.css": ".base { top: 1px }",
  "more.css": ".more { top: 2px }",
  "own.css": ".own { top: 3px }",
  "last.css": ".last { top: 4px }",
  "a.css": '@import "./base.css"; @import "./more.css"; @import "./own.css"; @import "./last.css";',
  "b.css": '@import "./base.css"; @import "./more.css"; @import "./last.css";',
};

let folder = "";
afterEach(() => rmSync(folder, { recursive: true }));

async function parts(changed = {}) {
  folder = mkdtempSync(join(tmpdir(), "parts-"));
  for (const [name, text] of Object.entries({ ...SOURCES, ...changed })) writeFileSync(join(folder, name), text);
  const entryPoints = ["a.js", "b.js", "c.js"];
  const how = { bundle: true, format: "esm", splitting: true, metafile: true, write: false, outdir: "out" };
  const { parts, views } = await partsOf(await build({ ...how, entryPoints, absWorkingDir: folder }), folder);
  const joined = (name) => views[name].map((part) => parts.get(part)).join("");
  const run = async (name) =>
    (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(joined(name))}`)).default();
  return { views, joined, run };
}

test("a view's parts are one module, in which all have the same of each other", async () => {
  const { views, joined, run } = await parts();
  expect(views["a.js"]).toHaveLength(3);
  expect(views["a.js"].slice(0, 2)).toEqual(views["b.js"].slice(0, 2));
  expect(views["c.js"]).toHaveLength(2);
  for (const name of ["a.js", "b.js", "c.js"]) expect(joined(name)).not.toMatch(/\bimport\b/);
  expect(await run("a.js")).toEqual([2, 2]);
  expect(await run("b.js")).toEqual([2, undefined, 3]);
  expect(await run("c.js")).toEqual([undefined, 1]);
});

test.each([
  ["count += 1"],
  ["count++"],
  ["[count] = [1]"],
  ["({ one: count = 1, ...count } = { one: 2 })"],
  ["for (count of [1]) ;"],
])("an export that changes once its module has run is refused: %s", async (write) => {
  const changed = `export let count = 0; export const add = () => { ${write}; };`;
  await expect(parts({ "count.js": changed })).rejects.toThrow("exports count, to which a function writes");
  rmSync(folder, { recursive: true });
  await parts({
    "count.js": `export let count = {}; count = { now: 1 }; export const add = (of) => { of.count = 1; };`,
  });
});

test("sheets keep their order, and what views share is one part", async () => {
  const { views, joined } = await parts();
  expect(views["a.css"]).toEqual(["base.css", "own.css", "last.css"]);
  expect(views["b.css"]).toEqual(["base.css", "last.css"]);
  expect(joined("a.css").match(/\w+(?=\{)/g)).toEqual(["base", "more", "own", "last"]);
  expect(joined("b.css").match(/\w+(?=\{)/g)).toEqual(["base", "more", "last"]);
});

test("a sheet with both rules and imports is refused", async () => {
  await expect(parts({ "more.css": '@import "./own.css"; .more { top: 2px }' })).rejects.toThrow("more.css has both");
});
