import { explain } from "./explain";
import { viewer } from "./file";
import { outputs } from "./outputs";
import { panel } from "./panel";
import { saved } from "./saved";
import { settings } from "./settings";
import { start } from "./start";

export default [settings, start, explain, outputs, panel, saved, viewer];
