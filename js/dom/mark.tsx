// A judgement in a word, with its sign.
import type { Severity } from "../core/types";
import { Icon } from "./icons";

export function Mark({ severity, text, icon }: { severity: Severity; text: string; icon?: "close" }) {
  return (
    <span class={`xai-mark xai-mark-${severity}`}>
      <Icon name={icon ?? severity} />
      {text}
    </span>
  );
}
