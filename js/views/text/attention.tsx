// One layer's attention: its heads in small, and one of them, their mean or all layers so far at full size, when looked at.

import { useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { translated } from "../../core/language";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { Select } from "../../dom/controls";
import { Fold } from "../../dom/fold";
import { Live } from "../../panels/live";
import { HeadGrid } from "./heads";
import { Matrix } from "./matrix";
import type { View } from "./view";

const ROLLOUT = "rollout";

export function AttentionPanel({ view }: { view: View }) {
  const { spec, saved, attention } = view.store;
  return spec.value.attends && !(saved && !attention.value) ? <Panel view={view} /> : null;
}

function Panel({ view }: { view: View }) {
  const { store } = view;
  const [open, setOpen] = useState(false);
  const [layer, setLayer] = useState(0);
  const [head, setHead] = useState<number | typeof ROLLOUT | null>(null);
  const attention = store.attention.value;
  // What is on show when its prediction has come is what the kernel looks at.
  const known = useComputed(() => (view.current.value ? view.text.value : null));
  useEffect(() => {
    const rollout = head === ROLLOUT;
    if (open && known.value !== null) store.attend(layer, rollout ? null : head, rollout);
  }, [open, layer, head, known.value, store]);
  useEffect(() => {
    if (open && known.value !== null) store.attendAll(layer);
  }, [open, layer, known.value, store]);
  const message = attention?.message;
  const layers = message?.layers ?? 0;
  const heads = message?.heads ?? 0;
  const numbers = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ value: String(i), text: String(i + 1) }));
  return (
    <Fold name="attention" title={textWords.attention} onOpen={setOpen}>
      <p class="xai-sentence">{textWords.attentionSay}</p>
      {message?.error && <p class="xai-sentence">{translated(message.error)}</p>}
      {layers > 0 && (
        <Live store={store}>
          <div class="xai-columns">
            <Select
              inline
              label={textWords.attentionLayer}
              value={String(layer)}
              choices={numbers(layers)}
              onPick={(value) => setLayer(Number(value))}
            />
            <Select
              inline
              label={textWords.attentionHead}
              value={head === null ? "" : String(head)}
              choices={[
                { value: "", text: textWords.attentionMean },
                { value: ROLLOUT, text: textWords.attentionRollout },
                ...numbers(heads),
              ]}
              onPick={(value) => setHead(value === "" ? null : value === ROLLOUT ? ROLLOUT : Number(value))}
            />
          </div>
        </Live>
      )}
      <HeadGrid view={view} layer={layer} head={head === ROLLOUT ? null : head} onPick={setHead} />
      {attention?.grid && attention.layout ? (
        <Matrix view={view} grid={attention.grid} layout={attention.layout} first={0} label={textWords.attentionMap} />
      ) : (
        !message?.error && <p class="xai-faint">{words.waiting}</p>
      )}
    </Fold>
  );
}
