// Views as parts: what several views have in common is stored once, and a view is its parts put one after the other.
// The kernel sends a view as one text, so no part may import another while it runs.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as esbuild from "esbuild";
import { minify } from "terser";

/** Where esbuild writes what a module takes of others, and what it gives them. */
const BEGINNING = /^(?:\s|\/\/.*\n|import\s*(?:\{[^}]*\}\s*from\s*)?"[^"]+";)*/;
const END = /export\s*\{[^}]*\};?\s*$/;

const FORMAT = { minify: true, target: "es2022", charset: "utf8", legalComments: "none" };

/** A path's last part. */
const nameOf = (path) => path.split("/").at(-1);

/** What a part is called in the text of a view. */
const constantOf = (name) => `part_${name.replace(/^shared-|\.js$/g, "").replace(/\W/g, "_")}`;

/** What esbuild has made small, smaller by a few hundredths: it takes one look where terser takes three. */
async function smallest(text, module) {
  // No function without `this` of ours, of Preact or of its signals is made anything with `new`.
  const compress = { passes: 3, unsafe_arrows: true };
  const { code } = await minify(text, { module, ecma: 2022, compress, format: { comments: false } });
  return `${code}\n`;
}

/** The variables that code writes to within functions, by name: these still change once its module has run. */
function* written(node, within = false) {
  if (node === null || typeof node !== "object") return;
  if (within && node.type === "AssignmentExpression") yield* targets(node.left);
  if (within && node.type === "UpdateExpression") yield* targets(node.argument);
  if (within && /^For(In|Of)Statement$/.test(node.type)) yield* targets(node.left);
  const inside = within || /Function/.test(node.type);
  for (const one of Object.values(node)) yield* written(one, inside);
}

/** The variables in what is written to. */
function* targets(node) {
  if (node?.type === "Identifier") yield node.name;
  else if (/Pattern|Property|Element/.test(node?.type))
    for (const inner of ["elements", "properties", "left", "argument", "value"])
      for (const one of [node[inner]].flat()) yield* targets(one);
}

/**
 * A module as a constant, or as the view's own export. What modules give each other goes by its place in a list, which
 * takes less than names do, and is taken out of the list where a module begins: so it may not change afterwards.
 */
async function moduleOf(name, text, exportsOf, isView) {
  const format = { spidermonkey: true, code: false };
  const { ast } = await minify(text, { module: true, compress: false, mangle: false, format });
  const changing = new Set(written(ast));
  const given = new Map();
  let taken = "";
  for (const { type, source, specifiers } of ast.body) {
    if (type === "ExportNamedDeclaration")
      for (const { exported, local } of specifiers) given.set(exported.name, local.name);
    if (type !== "ImportDeclaration") continue;
    const from = nameOf(source.value);
    const locals = new Map(specifiers.map(({ imported, local }) => [imported.name, local.name]));
    const places = exportsOf.get(from).map((one) => locals.get(one) ?? "");
    if (locals.size) taken += `const[${`${places}`.replace(/,+$/, "")}]=${constantOf(from)};`;
  }
  const body = text.replace(BEGINNING, "").replace(END, "");
  if (/(?:^|;)(?:im|ex)port\b/.test(body)) throw new Error(`${name} is not written as esbuild's modules were`);
  const changes = [...given.values()].find((local) => changing.has(local));
  if (changes)
    throw new Error(`${name} exports ${changes}, to which a function writes: export an object that holds it`);
  const returned = isView ? given.get("default") : `[${exportsOf.get(name).map((one) => given.get(one))}]`;
  const made = `(()=>{${taken}${body};return ${returned}})();`;
  const { code } = await esbuild.transform(
    `${isView ? "export default" : `const ${constantOf(name)}=`} ${made}`,
    FORMAT,
  );
  return smallest(code, isView);
}

/** What a module gives, such as are taken by the same others beside each other: their lists then have fewer gaps. */
function bunched(name, exports, texts) {
  const taken = [...texts.values()].map((text) => {
    const [, names = ""] = text.match(new RegExp(`import\\s*\\{([^}]*)\\}\\s*from\\s*"\\./${name}"`)) ?? [];
    return new Set(names.split(",").map((one) => one.trim().split(/\s+as\s+/)[0]));
  });
  const users = new Map(exports.map((one) => [one, taken.map((names) => (names.has(one) ? "+" : "-")).join("")]));
  return [...exports].sort((a, b) => (users.get(a) < users.get(b) ? -1 : users.get(a) > users.get(b) ? 1 : 0));
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

/** Parts by numbers in place of hashes: nothing keeps them by their names, and whatever takes of them repeats these. */
function numbered({ metafile, outputFiles }) {
  const hashes = Object.keys(metafile.outputs)
    .map(nameOf)
    .filter((name) => name.startsWith("shared-"));
  const rename = (text) => hashes.reduce((all, one, i) => all.replaceAll(one, `shared-${i}.js`), text);
  const files = outputFiles.map(({ path, text }) => ({ path: rename(path), text: rename(text) }));
  return { metafile: JSON.parse(rename(JSON.stringify(metafile))), outputFiles: files };
}

/**
 * The parts of all views.
 *
 * @param {esbuild.BuildResult} built By esbuild with `splitting` and `metafile`, not yet written.
 * @param {string} root The folder it was built in.
 * @returns {Promise<{ parts: Map<string, string>, views: Record<string, string[]> }>} Texts by name, and of each
 *   view's module and stylesheet the names of its parts in order.
 */
export async function partsOf(built, root) {
  const { metafile, outputFiles } = numbered(built);
  const texts = new Map(outputFiles.map(({ path, text }) => [nameOf(path), text]));
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({ ...output, name: nameOf(path) }));
  const modules = outputs.filter(({ name }) => name.endsWith(".js"));
  const importsOf = new Map(modules.map(({ name, imports }) => [name, imports.map(({ path }) => nameOf(path))]));
  const exportsOf = new Map(modules.map(({ name, exports }) => [name, bunched(name, exports, texts)]));
  const parts = new Map();
  const views = {};
  for (const { name, entryPoint } of modules) {
    parts.set(name, await moduleOf(name, texts.get(name), exportsOf, Boolean(entryPoint)));
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
