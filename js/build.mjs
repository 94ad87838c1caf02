// Builds the JavaScript: `node js/build.mjs` makes one ES module (and one stylesheet) of every
// js/views/*.tsx for the kernel side to send, `--lab` transpiles js/lab for the JupyterLab builder.
// `--watch` rebuilds the views at every change, unminified and with source maps.
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const watch = process.argv.includes("--watch");
const root = fileURLToPath(new URL("..", import.meta.url));

/** The files directly in a folder that end so; parts of a view live in subfolders and are no entries. */
function entries(folder, ending) {
  const path = `${root}${folder}`;
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(ending) && !name.includes(".test."))
    .map((name) => `${folder}/${name}`);
}

const common = { absWorkingDir: root, format: "esm", target: "es2022", charset: "utf8", logLevel: "info" };

const views = {
  ...common,
  entryPoints: entries("js/views", ".tsx"),
  bundle: true,
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  outdir: "xai_widgets/static",
};

// The builder bundles these itself, with JupyterLab's own modules left out; the one thing
// it would trip over is TypeScript, and the notebook that is taken in as data.
const lab = {
  ...common,
  entryPoints: ["js/lab/index.ts", "js/lab/mime.ts"],
  bundle: true,
  packages: "external",
  loader: { ".ipynb": "json" },
  outdir: "lib",
};

if (process.argv.includes("--lab")) {
  await esbuild.build(lab);
} else if (watch) {
  await (await esbuild.context(views)).watch();
} else {
  await esbuild.build(views);
}
