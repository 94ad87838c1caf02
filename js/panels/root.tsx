// What every widget does with the element it is given: a root with a theme and keys of its own, until the view closes.

import { effect, type Signal } from "@preact/signals";
import { type ComponentChildren, render as mount } from "preact";
import { language } from "../core/language";
import { type Theme, watchTheme } from "../dom/theme";
import type { Model } from "../host/model";
import { dropStore } from "../host/store";

export interface Context {
  model: Model;
  signal?: AbortSignal | undefined;
}

/** What anywidget loads. */
export interface View {
  initialize(context: Context): unknown;
  render(context: Context & { el: HTMLElement }): unknown;
}

export interface Opened {
  store: { close(): void; seen?(more: number): void; undo?(): void; redo?(): void };
  theme: Signal<Theme>;
}

/** Keeps the store as long as the model lives. */
export function keep({ model, signal }: Context): () => void {
  const stop = () => dropStore(model);
  signal?.addEventListener("abort", stop, { once: true });
  return stop;
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && ["text", "number", "search"].includes(target.type);
}

export function open(
  { el, signal }: Context & { el: HTMLElement },
  view: Opened,
  draw: (root: HTMLElement) => ComponentChildren,
  closed?: () => void,
): () => void {
  const { store } = view;
  const root = document.createElement("div");
  root.className = "xai-root";
  // JupyterLab's command mode must not take the keys.
  root.dataset.lmSuppressShortcuts = "true";
  el.append(root);

  root.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    // A field that is being typed into undoes its own letters.
    if (command && (key === "z" || key === "y") && !isTyping(event.target)) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) store.redo?.();
      else store.undo?.();
      event.stopPropagation();
    } else if (!command || event.key === "Enter") event.stopPropagation();
  });

  const stopTheme = watchTheme(root, (theme) => {
    root.dataset.xaiTheme = theme;
    view.theme.value = theme;
  });
  const stopLanguage = effect(() => {
    root.lang = language.value?.code ?? "en";
  });

  let views = 1;
  store.seen?.(views);
  const stop = () => {
    store.seen?.(-views);
    views = 0; // some hosts abort, and call what they were given too
    stopTheme();
    stopLanguage();
    mount(null, root);
    root.remove();
    closed?.();
  };
  // Before anything is drawn: what fails there is closed as well.
  signal?.addEventListener("abort", stop, { once: true });
  mount(draw(root), root);
  return stop;
}
