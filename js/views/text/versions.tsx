// Change the text, and see every version of it: go back, begin a branch, compare any two, take them along as a table.
import { Component } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { percent, short } from "../../core/format";
import { diff, editsBetween } from "../../core/text/diff";
import { splice } from "../../core/text/edits";
import { nameOf, nameOfVersion } from "../../core/text/names";
import { tableOf } from "../../core/text/table";
import type { Version } from "../../core/text/types";
import { placeOf, stepFrom, treeOf } from "../../core/text/versions";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { words } from "../../core/words";
import { Delta } from "../../dom/bars";
import { Button, Section } from "../../dom/controls";
import { useIds } from "../../dom/hooks";
import { saveTable } from "../../dom/save";
import { Undoing } from "../../panels/undoing";
import { Diff } from "./diff";
import { toldVersion } from "./speech";
import type { View } from "./view";

interface RowProps {
  version: Version;
  parent: Version | undefined;
  original: string;
  plain: boolean;
  depth: number;
  here: boolean;
  picked: boolean;
  /** These may be others each time: they must do the same. */
  onGo: () => void;
  onCompare: () => void;
}

/** One of up to 200, none of which but the newest changes with an edit. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { props } = this;
    return SEEN.some((name) => props[name] !== next[name]);
  }

  override render({ version, parent, original, plain, depth, here, picked, onGo, onCompare }: RowProps) {
    const name = nameOf(version, parent, original);
    const score = plain ? short(version.score) : percent(version.score);
    return (
      <li class="xai-version" style={{ "--xai-level": depth }}>
        <button
          type="button"
          class="xai-version-go"
          aria-current={here ? "true" : undefined}
          aria-label={toldVersion(version, parent, original, plain)}
          onClick={onGo}
        >
          <bdi class="xai-version-name">{name}</bdi>
          <span class="xai-bar-value">{score}</span>
          {parent && parent.label !== version.label ? (
            <span class="xai-delta">
              <code class="xai-token">{spelled(version.label)}</code>
            </span>
          ) : (
            <Delta by={stepFrom(version, parent)} plain={plain} />
          )}
        </button>
        <Button quiet icon="compare" label={textWords.compareWith(name)} pressed={picked} onClick={onCompare} />
      </li>
    );
  }
}

const SEEN = ["version", "parent", "original", "plain", "depth", "here", "picked"] as const;

function Comparison({ view, from, to }: { view: View; from: number; to: number }) {
  const { store } = view;
  const versions = store.versions.value;
  const { text, mask } = store.spec.value;
  const plain = store.task.value === "value";
  const [a, b] = [versions[from], versions[to]];
  if (!a || !b) return null;
  const made = (version: Version) => splice(text, version.edits, mask).text;
  const by = a.label === b.label ? b.score - a.score : null;
  return (
    <div class="xai-comparison" data-xai="comparison">
      <p class="xai-sentence">
        {textWords.compareBetween(nameOfVersion(versions, from, text), nameOfVersion(versions, to, text))}{" "}
        <Delta by={by} plain={plain} />
      </p>
      <Diff hunks={diff(made(a), made(b))} />
    </div>
  );
}

/** The whole text in a field: what was changed in it becomes edits. */
function Whole({ view, onDone }: { view: View; onDone: () => void }) {
  const { id } = useIds("id");
  const [text, setText] = useState(view.text.value);
  const apply = () => {
    view.store.setEdits(editsBetween(view.store.spec.value.text, text));
    onDone();
  };
  return (
    <>
      <label class="xai-hidden" for={id}>
        {textWords.whole}
      </label>
      <textarea
        id={id}
        class="xai-area"
        dir="auto"
        rows={5}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) apply();
          else return;
          event.preventDefault();
        }}
      />
      <div class="xai-row">
        <Button text={textWords.wholeDone} onClick={apply} />
        <Button quiet text={words.cancel} onClick={onDone} />
      </div>
    </>
  );
}

export function VersionsPanel({ view }: { view: View }) {
  const { store } = view;
  const [picked, setPicked] = useState<readonly number[]>([]);
  /** Whether all of the text is being written; null before it ever was. */
  const [whole, setWhole] = useState<boolean | null>(null);
  const box = useRef<HTMLDivElement>(null);
  // The keyboard goes into the field, and back to where it was opened.
  useLayoutEffect(() => {
    if (whole !== null) box.current?.querySelector<HTMLElement>("textarea, button")?.focus();
  }, [whole]);
  const versions = store.versions.value;
  const { text, mask } = store.spec.value;
  const plain = store.task.value === "value";
  const here = placeOf(versions, view.edits.value);
  const known = picked.filter((at) => at < versions.length);
  // One that was picked is compared with the one on show, a second in its place.
  const toggle = (at: number) =>
    setPicked((now) => {
      const there = now.filter((one) => one < store.versions.peek().length);
      return there.includes(at) ? there.filter((one) => one !== at) : [...there, at].slice(-2);
    });
  const [from = null, to = here] = known;
  return (
    <Section
      title={textWords.editing}
      class="xai-editing xai-versions"
      side={<Undoing store={store} title={textWords.putBack} />}
    >
      <div ref={box} class="xai-whole">
        {whole ? (
          <Whole view={view} onDone={() => setWhole(false)} />
        ) : (
          <Button text={textWords.whole} onClick={() => setWhole(true)} />
        )}
      </div>
      {versions.length < 2 ? (
        <p class="xai-sentence">{textWords.versionsNone}</p>
      ) : (
        <>
          <p class="xai-sentence">{textWords.versionsHint}</p>
          <ul class="xai-version-list" aria-label={textWords.versions} data-xai="versions">
            {treeOf(versions).map(({ at, depth }) => (
              <Row
                key={at}
                version={versions[at]!}
                parent={versions[versions[at]!.parent ?? -1]}
                original={text}
                plain={plain}
                depth={depth}
                here={at === here}
                picked={known.includes(at)}
                onGo={() => store.setEdits(versions[at]!.edits)}
                onCompare={() => toggle(at)}
              />
            ))}
          </ul>
          {from !== null && to !== null && from !== to && <Comparison view={view} from={from} to={to} />}
          <Button
            link
            text={textWords.exportTable}
            onClick={() => saveTable(textWords.exportName, tableOf(versions, text, mask))}
          />
        </>
      )}
    </Section>
  );
}
