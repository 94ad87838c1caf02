// The words of the JupyterLab side, in its language.
import { english } from "./english";
import { inLanguage } from "./language";
import { chinese } from "./zh";

export const WORDS = inLanguage(english, chinese);
