// The second photo, from which regions may be taken over: given in Python, or a file chosen here.

import { useRef, useState } from "preact/hooks";
import { imageWords } from "../../core/image/words";
import { Button } from "../../dom/controls";
import { pictureBytes } from "../../dom/file";
import { Fault } from "../../panels/said";
import { Small } from "./small";
import type { View } from "./view";

/** Of a file's name, so much is told. */
const LONGEST = 100;

export function OtherField({ view: { store } }: { view: View }) {
  const input = useRef<HTMLInputElement>(null);
  const [bad, setBad] = useState("");
  const other = store.other.value;
  const take = async (file: File | undefined) => {
    if (!file) return;
    const bytes = await pictureBytes(file);
    setBad(bytes ? "" : imageWords.otherBad(file.name));
    if (bytes) store.giveOther(file.name.slice(-LONGEST), bytes);
  };
  const error = bad || other?.error;
  return (
    <div class="xai-field" data-xai="other">
      <div class="xai-field xai-inline">
        <span class="xai-label">{imageWords.other}</span>
        <input
          ref={input}
          type="file"
          accept="image/*"
          hidden
          onChange={(event) => {
            void take(event.currentTarget.files?.[0]);
            // The same file may be chosen again, after it was changed.
            event.currentTarget.value = "";
          }}
        />
        <Button text={imageWords.otherChoose} onClick={() => input.current?.click()} />
      </div>
      <output class="xai-other">
        <Fault why={error} />
        {!error && other?.picture && <Small picture={other.picture} />}
        {!error && (
          <span class="xai-sentence">
            {other?.label
              ? imageWords.otherSays(other.name || imageWords.otherPython, other.label)
              : other?.running
                ? imageWords.otherReading
                : imageWords.otherNone}
          </span>
        )}
      </output>
    </div>
  );
}
