// All heads of a layer side by side, in small: a click picks one.
import { textWords } from "../../core/text/words";
import { lookOfMatrix, Picture } from "./matrix";
import type { View } from "./view";

export function HeadGrid(props: { view: View; layer: number; head: number | null; onPick: (head: number) => void }) {
  const { view, layer, head, onPick } = props;
  const heads = view.store.heads.value;
  if (heads?.layer !== layer || !heads.grids.length) return null;
  return (
    <fieldset class="xai-heads" data-xai="heads">
      <legend>{textWords.attentionHeads(layer + 1)}</legend>
      {heads.grids.map((grid, i) => (
        <button
          key={i}
          type="button"
          aria-label={textWords.attentionHeadNumber(i + 1)}
          aria-pressed={head === i}
          onClick={() => onPick(i)}
        >
          <Picture view={view} grid={grid} look={lookOfMatrix(view, grid)} />
          <span aria-hidden="true">{i + 1}</span>
        </button>
      ))}
    </fieldset>
  );
}
