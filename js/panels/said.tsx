// What the kernel says of itself, in the language on show.
import { translated } from "../core/language";

/** Why something could not be done; nothing while all is well. */
export function Fault({ why, ...more }: { why: string | null | undefined; "data-xai"?: string }) {
  return why ? (
    <p class="xai-alert xai-alert-error" {...more}>
      {translated(why)}
    </p>
  ) : null;
}
