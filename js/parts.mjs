// Views as parts: what several views have in common is stored once, and a view is its parts put one after the other.
// The kernel sends a view as one text, so no part may import another while it runs.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as esbuild from "esbuild";
import { minify } from "terser";

const FORMAT = { minify: true, target: "es2022", charset: "utf8", legalComments: "none" };

/** A path's last part. */
const nameOf = (path) => path.split("/").at(-1);

/** What a part is called in the text of a view. */
const constantOf = (name) => `part_${name.replace(/\W/g, "_")}`;

/** What esbuild has made small, smaller by a few hundredths: it takes one look where terser takes three. */
async function smallest(text, module) {
  const { code } = await minify(text, { module, ecma: 2022, compress: { passes: 3 }, format: { comments: false } });
  return `${code}\n`;
}

/**
 * A module as a constant, or as the view's own export. esbuild turns imports into calls of `require`, which knows the
 * constants. Exports become getters, so that a binding that changes is seen to change: what esbuild writes to make them
 * of its list, again in every module, is left out. It also copies them, for other people's modules; engines see through
 * one getter, and call through two ten times slower.
 */
async function moduleOf(name, text, imports, isView) {
  const { code } = await esbuild.transform(text, { ...FORMAT, format: "cjs" });
  const [, , list, after] =
    code.match(/^var .*?var ([\w$]+)=\{\};[\w$]+\(\1,\{(.*?)\}\);module\.exports=[\w$]+\(\1\);(.*)$/s) ?? [];
  const getters = list?.split(",").map((one) => one.match(/^([\w$]+):\(\)=>([\w$]+)$/));
  if (!getters?.every(Boolean) || after.includes("module.exports"))
    throw new Error(`${name} does not export as esbuild's modules did`);
  const known = imports.map((other) => `"./${other}":${constantOf(other)}`);
  const returned = getters.map(([, as, local]) => `get ${as}(){return ${local}}`);
  const made = `(require=>{${after.trim()}return{${returned}}})(name=>({${known}})[name])`;
  return smallest(isView ? `export default ${made}.default;` : `const ${constantOf(name)}=${made};`, isView);
}

/** The names of what a module needs, in the order in which they can run, itself last. */
function inOrder(name, importsOf, above = []) {
  if (above.includes(name)) throw new Error(`parts import each other: ${[...above, name].join(" → ")}`);
  const before = importsOf.get(name).flatMap((other) => inOrder(other, importsOf, [...above, name]));
  return [...new Set([...before, name])];
}

/** The stylesheets that each view takes in, by view, as runs that are the same in every view that has them. */
function runsOf(sheets) {
  const users = (file) => Object.keys(sheets).filter((view) => sheets[view].includes(file));
  const before = (file, view) => sheets[view][sheets[view].indexOf(file) - 1];
  const continues = (file) => {
    const [first] = users(file).map((view) => before(file, view));
    return first && `${users(first)}` === `${users(file)}` && users(file).every((view) => before(file, view) === first);
  };
  const inRuns = (files) => {
    const runs = [];
    for (const file of files) continues(file) ? runs.at(-1).push(file) : runs.push([file]);
    return runs;
  };
  return Object.fromEntries(Object.entries(sheets).map(([view, files]) => [view, inRuns(files)]));
}

async function sheetOf(path) {
  const { code } = await esbuild.transform(await readFile(path, "utf8"), { ...FORMAT, loader: "css" });
  if (code.includes("@import")) throw new Error(`${path} has both rules and imports: keep to one of them`);
  return code;
}

/**
 * The parts of all views.
 *
 * @param {esbuild.BuildResult} built By esbuild with `splitting` and `metafile`, not yet written.
 * @param {string} root The folder it was built in.
 * @returns {Promise<{ parts: Map<string, string>, views: Record<string, string[]> }>} Texts by name, and of each
 *   view's module and stylesheet the names of its parts in order.
 */
export async function partsOf({ metafile, outputFiles }, root) {
  const texts = new Map(outputFiles.map(({ path, text }) => [nameOf(path), text]));
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({ ...output, name: nameOf(path) }));
  const modules = outputs.filter(({ name }) => name.endsWith(".js"));
  const importsOf = new Map(modules.map(({ name, imports }) => [name, imports.map(({ path }) => nameOf(path))]));
  const parts = new Map();
  const views = {};
  for (const { name, entryPoint } of modules) {
    parts.set(name, await moduleOf(name, texts.get(name), importsOf.get(name), Boolean(entryPoint)));
    if (entryPoint) views[name] = inOrder(name, importsOf);
  }
  const sheets = {};
  for (const { name, inputs } of outputs.filter((output) => output.name.endsWith(".css")))
    sheets[name] = Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0);
  for (const [view, runs] of Object.entries(runsOf(sheets))) {
    views[view] = runs.map(([first]) => nameOf(first));
    for (const run of runs)
      parts.set(nameOf(run[0]), (await Promise.all(run.map((file) => sheetOf(resolve(root, file))))).join(""));
  }
  return { parts, views };
}
