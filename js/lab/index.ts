import { quickstart } from "./quickstart";
import { saved } from "./saved";

export default [quickstart, saved];
