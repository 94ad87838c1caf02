// The list itself: what is known of each explanation, and what can be done with it.
import { VERSION } from "../../core/version";
import { told } from "../kernelwords";
import { WORDS } from "../words";
import type { Entry, KernelLink } from "./link";

const words = WORDS.panel;

export interface Actions {
  /** The cell that shows a widget; null where none does. */
  jump(id: string): (() => void) | null;
  pick(id: string): void;
  compare(): void;
  free(id: string): void;
}

const PAIR = 2;

function sized(bytes: number): string {
  return bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function List({ link, picked, act }: { link: KernelLink | null; picked: string[]; act: Actions }) {
  const widgets = [...(link?.widgets.values() ?? [])].sort((a, b) => (b.made ?? 0) - (a.made ?? 0));
  const results = link?.results ?? [];
  const version = link?.version;
  const mismatch = version && version !== VERSION && <p role="alert">{words.mismatch(VERSION, version)}</p>;
  if (!widgets.length && !results.length)
    return (
      <>
        {mismatch}
        <p class="xai-nothing">{link ? words.nothing : words.noKernel}</p>
      </>
    );
  return (
    <>
      {mismatch}
      <p>
        <button type="button" class="jp-mod-styled" disabled={picked.length !== PAIR} onClick={act.compare}>
          {words.compare}
        </button>
        <small>{words.compareHint}</small>
      </p>
      <h3>{words.widgets}</h3>
      <ul aria-label={words.widgets}>
        {widgets.map((one) => (
          <Line key={one.id} one={one} title={words.kinds(one.kind)} picked={picked} act={act}>
            <Doing one={one} link={link!} act={act} />
          </Line>
        ))}
      </ul>
      {results.length > 0 && <h3>{words.results}</h3>}
      <ul aria-label={words.results}>
        {results.map((one) => (
          <Line key={one.id} one={one} title={`${one.id} · ${one.kind}`} picked={picked} act={act} />
        ))}
      </ul>
    </>
  );
}

interface LineProps {
  one: Entry;
  title: string;
  picked: string[];
  act: Actions;
  children?: preact.ComponentChildren;
}

function Line({ one, title, picked, act, children }: LineProps) {
  const facts = [one.made ? words.age(Date.now() / 1000 - one.made) : "", sized(one.bytes)];
  return (
    <li>
      <label id={nameOf(one)}>
        <input type="checkbox" checked={picked.includes(one.id)} onChange={() => act.pick(one.id)} />
        <strong>{title}</strong>
        {one.running && <span class="xai-running">{words.running}</span>}
        <span class="xai-told">{[told(one.method ?? ""), one.label].filter(Boolean).join(" · ")}</span>
      </label>
      <small>{facts.filter(Boolean).join(" · ")}</small>
      {children}
    </li>
  );
}

/** What a line is called is what its buttons are about: on every line they say the same. */
function nameOf({ id }: Entry): string {
  return `xai-line-${id}`;
}

function Doing({ one, link, act }: { one: Entry; link: KernelLink; act: Actions }) {
  // Not `disabled`, which would take the focus away from who has just cancelled by a key.
  const button = (text: string, hint: string, run: (() => void) | null) => (
    <button type="button" title={hint} aria-describedby={nameOf(one)} aria-disabled={!run} onClick={run ?? undefined}>
      {text}
    </button>
  );
  const cancel = () => link.send({ kind: "cancel", id: one.id });
  return (
    <div class="xai-doing">
      {button(words.jump, words.jumpHint, act.jump(one.id))}
      {button(words.cancel, words.cancelHint, one.running ? cancel : null)}
      {button(words.free, words.freeHint, () => act.free(one.id))}
    </div>
  );
}
