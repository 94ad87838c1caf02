// Leaves in the built extension what JupyterLab reads of it, and not what building it took: run after jupyter-builder.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../xai_widgets/labextension/", import.meta.url));

function keep(file, names) {
  const all = JSON.parse(readFileSync(folder + file, "utf8"));
  writeFileSync(folder + file, JSON.stringify(Object.fromEntries(names.map((name) => [name, all[name]]))));
}

keep("package.json", ["name", "version", "description", "license", "author", "dependencies", "jupyterlab"]);
// Beside the settings, of which it tells the version.
keep("schemas/xai-widgets/package.json.orig", ["name", "version"]);
