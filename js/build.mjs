// Builds the JavaScript: `node js/build.mjs` makes of every js/views/*.tsx one ES module and one stylesheet for the
// kernel side to send, in parts that views share (views.json says which, in which order); `--lab` transpiles js/lab for
// the JupyterLab builder; every js/languages/*.ts one module that a widget sends to readers of that language.
// `--watch` rebuilds the views at every change, unminified, with source maps, and each whole:
// then there is no views.json.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { partsOf } from "./parts.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = "xai_widgets/static";

/** The files directly in a folder that end so; parts of a view live in subfolders and are no entries. */
function entries(folder, ending) {
  const path = `${root}${folder}`;
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(ending) && !name.includes(".test."))
    .map((name) => `${folder}/${name}`);
}

const common = { absWorkingDir: root, format: "esm", target: "es2022", charset: "utf8", logLevel: "info" };

/** The engine of the map of words without what it looks for in its caller's mistakes, nor where it sends for a browser. */
const unchecked = {
  name: "unchecked",
  setup(build) {
    const path = createRequire(import.meta.url).resolve("regl/dist/regl.unchecked.js");
    build.onResolve({ filter: /^regl$/ }, () => ({ path }));
    build.onLoad({ filter: /regl\.unchecked\.js$/ }, () => ({
      contents: readFileSync(path, "utf8").replace(" http://get.webgl.org", ""),
    }));
  },
};

const views = {
  ...common,
  plugins: [unchecked],
  entryPoints: entries("js/views", ".tsx"),
  bundle: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  outdir,
};

/** The cells of a notebook, each its text behind a letter for its kind: js/lab/start/notebooks.ts makes it whole again. */
function compact(text) {
  const { cells } = JSON.parse(text);
  return cells.map(({ cell_type, source }) => cell_type[0] + [source].flat().join(""));
}

/** `import all from "notebooks:all"`: the tutorials, by the names of their files. */
const notebooks = {
  name: "notebooks",
  setup(build) {
    build.onResolve({ filter: /^notebooks:all$/ }, ({ path }) => ({ path, namespace: "notebooks" }));
    build.onLoad({ filter: /.*/, namespace: "notebooks" }, () => {
      const found = entries("notebooks", ".ipynb").map((name) => [
        basename(name),
        compact(readFileSync(`${root}${name}`, "utf8")),
      ]);
      return { contents: JSON.stringify(Object.fromEntries(found)), loader: "json" };
    });
  },
};

// The builder bundles these itself, with JupyterLab's own modules left out; what
// it would trip over is TypeScript, and what is taken in as data.
const lab = {
  ...common,
  entryPoints: ["js/lab/index.ts", "js/lab/mime.ts"],
  bundle: true,
  packages: "external",
  plugins: [notebooks],
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".ipynb": "json", ".css": "text" },
  outdir: "lib",
};

/** What Python says in a language is data that Python reads too: it stands in a file of its own, and as KERNEL here. */
const sentences = {
  name: "sentences",
  setup(build) {
    build.onLoad({ filter: /languages\/\w+\/kernel\.ts$/ }, async ({ path }) => {
      const found = await esbuild.build({
        ...common,
        entryPoints: [path],
        bundle: true,
        write: false,
        logLevel: "error",
      });
      const { kernel } = await import(`data:text/javascript,${encodeURIComponent(found.outputFiles[0].text)}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/language-${basename(dirname(path))}.json`, JSON.stringify(kernel));
      return { contents: "export const kernel = KERNEL;" };
    });
  },
};

const languages = {
  ...common,
  plugins: [sentences],
  entryPoints: entries("js/languages", ".ts"),
  entryNames: "language-[name]",
  bundle: true,
  minify: true,
  outdir,
};

const folder = `${root}${outdir}`;

/** Whose code is among the parts, each with its licence, as it asks for. */
function licences({ metafile }) {
  const packages = Object.keys(metafile.inputs).map((path) => path.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]);
  const texts = [...new Set(packages)].filter(Boolean).map((path) => {
    const file = readdirSync(`${root}${path}`).find((name) => /^licen[cs]e/i.test(name));
    const { name, version, license } = JSON.parse(readFileSync(`${root}${path}/package.json`, "utf8"));
    const text = file ? readFileSync(`${root}${path}/${file}`, "utf8").trim() : `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.sort().join(`\n${"-".repeat(80)}\n\n`);
}

async function buildViews() {
  const write = (name, text) => writeFileSync(`${folder}/${name}`, text);
  // Names stay until the parts are made, which look at what is written to.
  const small = { minifySyntax: true, minifyWhitespace: true };
  const split = { ...small, splitting: true, chunkNames: "shared-[hash]", metafile: true, write: false };
  const built = await esbuild.build({ ...views, ...split });
  const { parts, views: made } = await partsOf(built, root);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of parts) write(name, text);
  await esbuild.build(languages);
  write("licences.txt", licences(built));
  write("views.json", JSON.stringify(made));
}

if (process.argv.includes("--lab")) {
  await esbuild.build(lab);
} else if (process.argv.includes("--watch")) {
  rmSync(`${folder}/views.json`, { force: true });
  await esbuild.build(languages);
  await (await esbuild.context({ ...views, sourcemap: "inline" })).watch();
} else {
  await buildViews();
}
