// Pick one of many things in a tree: a combobox whose list can be opened level by level, or searched.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { words } from "../core/words";
import { Button } from "./controls";
import { useIds } from "./hooks";
import { Icon } from "./icons";

const SHOWN = 200;

export interface TreeRow {
  id: string;
  level: number;
  text: string;
  /** Fainter, beside the text. */
  side: string;
  end: ComponentChildren;
  /** Whether it can be opened, and is. */
  open: boolean | null;
  /** Why it cannot be picked. */
  reason: string;
}

export function TreeBox(props: {
  label: string;
  title: string;
  value: string;
  /** What no choice means; it is the first row too. */
  none: string;
  /** The rows for what was typed. */
  rowsFor: (query: string) => TreeRow[];
  onOpen: () => void;
  onToggle: (id: string) => void;
  onPick: (id: string | null) => void;
}) {
  const ids = useIds("input", "list");
  const [query, setQuery] = useState<string | null>(null);
  const [active, setActive] = useState<string>("");
  const input = useRef<HTMLInputElement>(null);
  const open = query !== null;
  const found = open ? props.rowsFor(query) : [];
  const rows = found.slice(0, SHOWN);
  const keys = query === "" ? ["", ...rows.map((row) => row.id)] : rows.map((row) => row.id);
  const at = Math.max(0, keys.indexOf(active));
  const row = rows.find(({ id }) => id === keys[at]);
  const dom = (key: string) => `${ids.list}-${key || "none"}`;

  const show = () => {
    props.onOpen();
    setQuery("");
    move(props.value);
  };
  const close = () => setQuery(null);
  const move = (key: string | undefined) => {
    if (key === undefined) return;
    setActive(key);
    requestAnimationFrame(() => document.getElementById(dom(key))?.scrollIntoView({ block: "nearest" }));
  };
  const pick = (key: string) => {
    if (rows.find(({ id }) => id === key)?.reason) return;
    close();
    props.onPick(key || null);
  };
  /** Right opens and then enters, left closes and then leaves, as in every tree; a text that is typed keeps its keys. */
  const across = (key: string) => {
    if (query !== "" || !row) return false;
    if (row.open === null ? key === "ArrowRight" : (key === "ArrowRight") !== row.open) {
      if (row.open !== null) props.onToggle(row.id);
    } else if (key === "ArrowRight") move(keys[at + 1]);
    else move([...rows.slice(0, at - 1)].reverse().find(({ level }) => level < row.level)?.id ?? keys[0]);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") {
      if (open) move(keys[at + 1]);
      else show();
    } else if (event.key === "ArrowUp" && open) move(keys[at - 1]);
    else if (event.key === "Enter" && open) {
      if (keys.length) pick(keys[at]!);
      else {
        close();
        props.onPick(query.trim());
      }
    } else if (event.key === "Escape" && open) close();
    else if (!((event.key === "ArrowRight" || event.key === "ArrowLeft") && open && across(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="xai-field xai-inline">
      <label class="xai-label" for={ids.input} title={props.title}>
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
          title={words.searchLayers}
          aria-expanded={open}
          aria-haspopup="tree"
          aria-controls={ids.list}
          aria-autocomplete="list"
          aria-activedescendant={open && keys.length ? dom(keys[at]!) : undefined}
          placeholder={open && props.value ? props.value : props.none}
          value={query ?? props.value}
          onFocus={(e) => e.currentTarget.select()}
          onClick={() => !open && show()}
          onInput={(e) => {
            if (!open) props.onOpen();
            setQuery(e.currentTarget.value);
            setActive("");
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
        {props.value && (
          <Button quiet icon="close" label={`${words.clear}: ${props.label}`} onClick={() => props.onPick(null)} />
        )}
        <div id={ids.list} class="xai-list xai-tree" role="tree" aria-label={props.label} hidden={!open}>
          {query === "" && (
            <Item id={dom("")} active={keys[at] === ""} level={1} onPick={() => pick("")}>
              <span class="xai-list-text">{props.none}</span>
            </Item>
          )}
          {rows.map(({ id, level, text, side, end, open: opened, reason }) => (
            <Item
              key={id}
              id={dom(id)}
              active={keys[at] === id}
              level={level}
              expanded={opened}
              reason={reason}
              onPick={() => pick(id)}
            >
              {opened !== null ? (
                // biome-ignore lint/a11y/noStaticElementInteractions: the keys are handled on the input
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled on the input
                <span
                  class={opened ? "xai-twist xai-twist-open" : "xai-twist"}
                  onClick={(e) => {
                    e.stopPropagation();
                    setActive(id);
                    props.onToggle(id);
                  }}
                >
                  <Icon name="chevron" />
                </span>
              ) : (
                <span class="xai-twist" />
              )}
              <span class="xai-list-text">
                {text} <span class="xai-faint">{side}</span>
              </span>
              <span class="xai-tree-end xai-faint">{end}</span>
            </Item>
          ))}
          {open && !found.length && <div class="xai-list-note">{words.noLayer}</div>}
          {found.length > SHOWN && <div class="xai-list-note">{words.more(found.length - SHOWN)}</div>}
        </div>
      </div>
    </div>
  );
}

function Item(props: {
  id: string;
  active: boolean;
  level: number;
  expanded?: boolean | null;
  reason?: string;
  onPick: () => void;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled on the input, which keeps the focus
    <div
      id={props.id}
      class={props.reason ? "xai-list-item xai-list-off" : "xai-list-item"}
      role="treeitem"
      tabIndex={-1}
      aria-level={props.level}
      aria-expanded={props.expanded ?? undefined}
      aria-selected={props.active}
      aria-disabled={props.reason ? true : undefined}
      title={props.reason}
      style={{ "--xai-level": props.level - 1 }}
      onPointerDown={(e) => e.preventDefault()}
      onClick={props.onPick}
    >
      {props.children}
    </div>
  );
}
