// The menu of a word: what might stand in its place, the strongest change first.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { translated } from "../../core/language";
import type { Option, Span } from "../../core/text/types";
import { spelled } from "../../core/text/visible";
import { textWords } from "../../core/text/words";
import { Delta } from "../../dom/bars";
import { Button } from "../../dom/controls";
import { Progress } from "../../dom/progress";
import { closeMenu, putWords, wordsBehind } from "./acts";
import type { View } from "./view";

const [WIDTH, BELOW] = [270, 6];

function Entry(props: { view: View; option: Option; span: Span; plain: boolean }) {
  const { view, option, span, plain } = props;
  return (
    <button type="button" class="xai-menu-item" role="menuitem" onClick={() => putWords(view, span, option.text)}>
      <bdi class={option.text ? "xai-menu-word" : "xai-menu-word xai-faint"}>
        {option.text ? spelled(option.text) : textWords.menuDelete}
      </bdi>
      <Delta by={option.delta} plain={plain} />
    </button>
  );
}

export function WordMenu({ view, pieces }: { view: View; pieces: Span }) {
  const { store } = view;
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  const answer = store.menu.value;
  const plain = store.task.value === "value";
  const word = spelled(wordsBehind(view, pieces));

  useLayoutEffect(() => {
    const holder = box.current?.parentElement;
    const element = view.finder.current?.(pieces.start);
    if (!holder || !element) return;
    const [outer, inner] = [holder.getBoundingClientRect(), element.getBoundingClientRect()];
    const left = Math.max(0, Math.min(inner.left - outer.left, outer.width - WIDTH));
    setPlace({ left, top: inner.bottom - outer.top + BELOW });
  }, [view, pieces]);

  // Opened by a key it takes the keyboard, closed it gives it back to the text.
  useEffect(() => {
    const menu = box.current;
    const passage = menu?.parentElement?.querySelector<HTMLElement>(".xai-passage");
    menu?.focus();
    const away = (event: PointerEvent) => {
      if (menu && !event.composedPath().includes(menu)) closeMenu(view);
    };
    document.addEventListener("pointerdown", away, true);
    return () => {
      document.removeEventListener("pointerdown", away, true);
      passage?.focus({ preventScroll: true });
    };
  }, [view]);

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown") items[Math.min(items.length - 1, at + 1)]?.focus();
    else if (event.key === "ArrowUp") items[Math.max(0, at - 1)]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") closeMenu(view);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={box}
      class="xai-menu"
      role="menu"
      tabIndex={-1}
      aria-label={textWords.menu(word)}
      style={{ left: `${place.left}px`, top: `${place.top}px`, width: `${WIDTH}px` }}
      onKeyDown={onKeyDown}
      data-xai="menu"
    >
      <div class="xai-menu-head">
        <strong>{textWords.menu(word)}</strong>
        <Button quiet icon="close" label={textWords.close} onClick={() => closeMenu(view)} />
      </div>
      {answer?.label && answer.entries.length > 0 && (
        <p class="xai-sentence xai-menu-note">{textWords.menuDeltaOf(answer.label)}</p>
      )}
      {answer?.error && <p class="xai-sentence xai-menu-note">{translated(answer.error)}</p>}
      {answer?.entries.map((option) => (
        <Entry key={option.text} view={view} option={option} span={answer} plain={plain} />
      ))}
      {(!answer || answer.running) && (
        <output class="xai-menu-note xai-faint">
          {textWords.menuRunning}
          <Progress of={textWords.menuRunning} done={answer?.fraction ?? 0} />
        </output>
      )}
      {answer && !answer.running && !answer.error && !answer.entries.length && (
        <output class="xai-menu-note xai-faint">{textWords.menuNone}</output>
      )}
    </div>
  );
}
