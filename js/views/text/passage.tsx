// The text itself: one box of running text with shades, for one method.
import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { valueAt } from "../../core/arrays";
import { levelOf, stylesOf } from "../../core/text/shade";
import { textWords } from "../../core/text/words";
import { Flow } from "../../dom/flow";
import { apartTitle } from "../../panels/disagreement";
import { labelOf, nameOf } from "../../panels/names";
import { endTyping } from "./acts";
import { follow } from "./follow";
import { gestures } from "./gestures";
import { partsOf } from "./parts";
import { announce } from "./speech";
import type { Panel, Shades, Typing, View } from "./view";

/** The style of each piece under a look; of an added token by its own value. */
function styler(shades: Shades | null, view: View): (piece: number) => string {
  if (!shades) return () => "";
  const { grid, tokens, look } = shades;
  const styles = stylesOf(look, view.page.value, view.marks.value);
  const count = grid.codes.length;
  return (piece) => {
    const [source, at] = piece < count ? [grid, piece] : [tokens, piece - count];
    const level = levelOf(valueAt(source.codes[at] ?? 65535, source.lo, source.hi), look);
    return level < 0 ? "" : (styles[level] ?? "");
  };
}

function field(view: View): HTMLElement {
  const input = document.createElement("input");
  const typing = view.typing.value;
  input.className = "xai-t-input";
  input.type = "text";
  input.value = typing?.text ?? "";
  input.setAttribute("aria-label", textWords.editWord);
  const widen = () => {
    input.size = Math.max(3, input.value.length + 1);
  };
  widen();
  input.addEventListener("input", widen);
  // Ending takes the field away, which blurs it once more.
  let over = false;
  const end = (text: string | null) => {
    if (over) return;
    over = true;
    endTyping(view, text);
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    const passage = input.closest<HTMLElement>(".xai-passage");
    end(event.key === "Enter" ? input.value : null);
    passage?.focus();
  });
  input.addEventListener("blur", () => end(input.value));
  // As soon as it stands in the text, so that no letter goes elsewhere.
  queueMicrotask(() => {
    input.focus();
    input.select();
  });
  return input;
}

export function Passage(props: { view: View; slot: Panel; help: string; onDraw: () => void }) {
  const { view, slot, help, onDraw } = props;
  const box = useRef<HTMLDivElement>(null);
  const hands = useMemo(() => gestures(view), [view]);

  useEffect(() => {
    const root = box.current;
    if (!root) return;
    const flow = new Flow(root, () => field(view));
    if (slot === "a") view.finder.current = (piece) => flow.elementsOf(piece, piece)[0];
    let pending = 0;
    let typed: Typing | null = null;
    const drawn = () => {
      pending = 0;
      onDraw();
    };
    const stops = [
      ...(slot === "a" ? [follow(view), announce(view)] : []),
      effect(() => {
        // While words are typed the text stays as it is, and with it their field.
        const typing = view.typing.value;
        if (typing && typing === typed) return;
        typed = typing;
        flow.draw(partsOf(view));
      }),
      effect(() => {
        flow.shade(styler(view.shades[slot].value, view));
        if (!pending) pending = requestAnimationFrame(drawn);
      }),
      effect(() => {
        const at = view.at.value;
        flow.mark(at?.start ?? -1, at?.stop ?? -1);
        if (at && document.activeElement === root && !root.matches(":hover"))
          flow.elementsOf(at.stop, at.stop)[0]?.scrollIntoView({ block: "nearest" });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      cancelAnimationFrame(pending);
      flow.close();
    };
  }, [view, slot, onDraw]);

  const known = view.shades[slot].value;
  const label = !known
    ? textWords.textEmpty
    : slot === "apart"
      ? apartTitle(view)
      : textWords.textLabel(nameOf(view.store, slot), labelOf(view.store, slot));
  return (
    <div
      ref={box}
      class={`xai-passage xai-mode-${view.mode.value}`}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move a cursor on it
      tabIndex={0}
      dir="auto"
      aria-label={label}
      aria-describedby={help}
      data-xai={`text-${slot}`}
      onPointerDown={hands.onPointerDown}
      onPointerMove={hands.onPointerMove}
      onPointerUp={hands.onPointerUp}
      onPointerLeave={hands.onPointerLeave}
      onMouseUp={hands.onMouseUp}
      onClick={hands.onClick}
      onContextMenu={hands.onContextMenu}
      onKeyDown={hands.onKeyDown}
      onFocus={(event) => event.target === event.currentTarget && !view.at.value && hands.move(0, false)}
    />
  );
}
