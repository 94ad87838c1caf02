import { explain } from "./explain";
import { saved } from "./saved";
import { start } from "./start";

export default [start, explain, saved];
