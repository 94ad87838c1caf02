// Pick one of many classes by typing: the ARIA combobox pattern with a list below.
import { useRef, useState } from "preact/hooks";
import { find } from "../core/scores";
import { words } from "../core/words";
import { Button } from "./controls";
import { useIds } from "./hooks";

const SHOWN = 50;

export function Combobox(props: {
  label: string;
  labels: readonly string[];
  /** Orders the list and is shown beside each label. */
  scores: ArrayLike<number>;
  scoreText: (score: number) => string;
  value: number | null;
  /** What no choice means. */
  placeholder: string;
  clearable: boolean;
  onPick: (index: number | null) => void;
  /** In place of what is said of classes. */
  said?: { hint: string; none: string };
  /** What is in the field while nobody types, where it is none of the labels. */
  current?: string;
  /** What else may be typed: how it is offered, and what is done with it. */
  other?: { text: (query: string) => string; pick: (query: string) => void };
}) {
  const ids = useIds("input", "list");
  const [query, setQuery] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const open = query !== null;
  const hits = open ? find(props.labels, query, props.scores, props.labels.length) : [];
  const list = hits.slice(0, SHOWN);
  const current = props.current ?? (props.value === null ? "" : (props.labels[props.value] ?? String(props.value)));
  const typed = query?.trim() ?? "";
  const other = typed && !hits.some((i) => props.labels[i] === typed) ? props.other : undefined;

  const close = () => setQuery(null);
  const pick = (index: number) => {
    close();
    props.onPick(index);
  };
  const take = () => {
    close();
    other?.pick(typed);
  };
  const move = (to: number) => {
    setActive(to);
    document.getElementById(`${ids.list}-${to}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = list.length - (other ? 0 : 1);
    if (event.key === "ArrowDown") {
      if (open) move(Math.min(last, active + 1));
      else setQuery("");
    } else if (event.key === "ArrowUp") move(Math.max(0, active - 1));
    else if (event.key === "Enter" && other && active === list.length) take();
    else if (event.key === "Enter" && open && list[active] !== undefined) pick(list[active]);
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const edit = (text: string) => {
    setQuery(text);
    setActive(0);
  };

  return (
    <div class="xai-field xai-inline">
      <label class="xai-label" for={ids.input}>
        {props.label}
      </label>
      <div class="xai-combo-box">
        <input
          ref={input}
          id={ids.input}
          class="xai-input"
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          title={props.said?.hint ?? words.searchClasses}
          aria-expanded={open}
          aria-controls={ids.list}
          aria-autocomplete="list"
          aria-activedescendant={open && (list.length || other) ? `${ids.list}-${active}` : undefined}
          placeholder={open && current ? current : props.placeholder}
          value={query ?? current}
          onFocus={(e) => e.currentTarget.select()}
          onClick={() => !open && edit("")}
          onInput={(e) => edit(e.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
        {props.clearable && props.value !== null && (
          <Button quiet icon="close" label={`${words.clear}: ${props.label}`} onClick={() => props.onPick(null)} />
        )}
        <div id={ids.list} class="xai-list" role="listbox" aria-label={props.label} hidden={!open}>
          {list.map((index, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled on the input, which keeps the focus
            <div
              key={index}
              id={`${ids.list}-${i}`}
              class="xai-list-item"
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              onPointerDown={(e) => e.preventDefault()}
              onClick={() => pick(index)}
            >
              <span class="xai-list-text">{props.labels[index]}</span>
              <span class="xai-faint">{props.scores.length ? props.scoreText(props.scores[index] ?? 0) : ""}</span>
            </div>
          ))}
          {other && (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled on the input, which keeps the focus
            <div
              id={`${ids.list}-${list.length}`}
              class="xai-list-item"
              role="option"
              tabIndex={-1}
              aria-selected={active === list.length}
              onPointerDown={(e) => e.preventDefault()}
              onClick={take}
            >
              {other.text(typed)}
            </div>
          )}
          {open && !hits.length && <div class="xai-list-note">{props.said?.none ?? words.noClass}</div>}
          {hits.length > SHOWN && <div class="xai-list-note">{words.more(hits.length - SHOWN)}</div>}
        </div>
      </div>
    </div>
  );
}
