// What two texts differ in, and by how much a score changed.
import type { Hunk } from "../../core/text/diff";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";

/** A change of a score, or nothing where there is none to tell. */
export function Change({ by, plain }: { by: number | null; plain: boolean }) {
  if (by === null || Number.isNaN(by)) return <span class="xai-delta" />;
  const none = Math.abs(by) < (plain ? 1e-9 : 0.0005);
  return (
    <span class={`xai-delta${none ? " xai-faint" : ""}`} title={plain ? words.change : words.percentagePoints}>
      {none ? textWords.stepNone : textWords.step(by, plain)}
    </span>
  );
}

export function Diff({ hunks }: { hunks: readonly Hunk[] }) {
  return (
    <p class="xai-diff" dir="auto" data-xai="diff">
      {hunks.map(({ kind, text }, i) => {
        const key = `${i} ${text}`;
        if (kind === "gone") return <del key={key}>{spelled(text)}</del>;
        return kind === "fresh" ? <ins key={key}>{spelled(text)}</ins> : <span key={key}>{spelled(text)}</span>;
      })}
    </p>
  );
}
