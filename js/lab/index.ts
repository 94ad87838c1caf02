import { explain } from "./explain";
import { outputs } from "./outputs";
import { panel } from "./panel";
import { saved } from "./saved";
import { start } from "./start";

export default [start, explain, outputs, panel, saved];
