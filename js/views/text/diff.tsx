// What two texts differ in.
import type { Hunk } from "../../core/text/diff";
import { spelled } from "../../core/text/visible";

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
