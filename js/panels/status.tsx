// How the computation goes, what it cost, what went wrong.
import { translated } from "../core/language";
import { preferences } from "../core/preferences";
import { keyOf } from "../core/request";
import type { Slot } from "../core/types";
import { words } from "../core/words";
import { Button } from "../dom/controls";
import { Icon } from "../dom/icons";
import { Progress } from "../dom/progress";
import type { Store } from "../host/store";
import { methodTitle } from "./names";
import type { Shown } from "./shown";

function SlotStatus({ view, name }: { view: Shown; name: Slot }) {
  const { store } = view;
  const slot = store.slots[name];
  const asked = name === "a" ? store.request.value : store.compare.value;
  const map = slot.map.value;
  const info = map?.info;
  const phase = slot.told.value;
  if (!asked) return null;
  // The numbers of an earlier map must not stand beside the name of the next, nor beside its progress.
  const fresh = !!info && (info.id >= slot.id || phase === "idle") && info.request.method === asked.method;
  const title = methodTitle(store, asked.method) || words.working;
  const facts: { text: string; hint?: string }[] = [];
  if (info && fresh) {
    if (slot.working.value) facts.push({ text: words.progress(info.done, info.total) });
    if (slot.working.value && info.left !== null) facts.push({ text: words.left(info.left) });
    if (!info.final && !slot.running.value) facts.push({ text: words.partial(info.fraction) });
    if (info.final) facts.push({ text: words.took(info.seconds) });
    if (info.error !== null) facts.push({ text: words.error(info.error), hint: words.errorHint });
    if (info.gap !== null) facts.push({ text: words.gap(info.gap), hint: words.gapHint });
    facts.push({ text: words.passes(info.forwards, info.backwards) });
    for (const note of info.notes) facts.push({ text: translated(note) });
  }
  const stale = info && !fresh && keyOf(info.request) !== keyOf(asked) && phase === "failed";
  const ended = fresh ? words.cancelled : words.cancelledEarly;
  const state = phase === "busy" ? words.busy : phase === "cancelled" ? ended : stale ? words.stale : "";
  return (
    <div class={`xai-status xai-status-${phase}`} data-xai={`status-${name}`} data-phase={phase}>
      <span class="xai-status-title">{title}</span>
      {slot.working.value && <Progress of={title} done={fresh && info ? info.fraction : undefined} />}
      {state !== "" && <span class="xai-status-state">{state}</span>}
      {facts.map(({ text, hint }) => (
        <span key={text} class="xai-fact" title={hint}>
          {text}
        </span>
      ))}
    </div>
  );
}

export function StatusBar({ view }: { view: Shown }) {
  const { store } = view;
  const running = store.slots.a.working.value || store.slots.b.working.value;
  return (
    <div class="xai-statusbar">
      <div class="xai-statuses">
        <SlotStatus view={view} name="a" />
        <SlotStatus view={view} name="b" />
      </div>
      <Button text={words.cancel} disabled={!running} onClick={() => store.cancel()} />
    </div>
  );
}

type Alarming = Pick<Store, "connection" | "kernelVersion" | "version" | "trouble" | "retry"> & { saved: unknown };

/** Which two of view, kernel and extension do not fit, in one line. */
function mismatchOf(view: string, kernel: string | null, extension = kernel): string {
  if (kernel === null) return "";
  if (view !== kernel) return words.mismatch(view, kernel);
  return extension && extension !== kernel ? words.mismatchLab(extension, kernel) : "";
}

/** Lines that speak up only when something is wrong. */
export function Alerts({ view: { store } }: { view: { store: Alarming } }) {
  const trouble = store.trouble.value;
  const mismatch = mismatchOf(store.version, store.kernelVersion.value, preferences.value?.version);
  return (
    <div class="xai-alerts" aria-live="polite">
      {store.saved !== null && (
        <p class="xai-sentence" data-xai="saved">
          {words.savedAlone}
        </p>
      )}
      {store.connection.value === "silent" && (
        <div class="xai-alert" data-xai="no-kernel">
          <Icon name="warning" />
          <span>{words.noKernel}</span>
          <Button text={words.retry} onClick={() => store.retry()} />
        </div>
      )}
      {mismatch && (
        <div class="xai-alert" data-xai="mismatch">
          <Icon name="warning" />
          <span>{mismatch}</span>
        </div>
      )}
      {trouble && (
        <div class="xai-alert xai-alert-error" data-xai="error">
          <Icon name="warning" />
          <div class="xai-alert-body">
            <span>{translated(trouble.message)}</span>
            {trouble.detail && (
              <details class="xai-fold">
                <summary class="xai-summary">{words.details}</summary>
                <pre class="xai-trace">{trouble.detail}</pre>
              </details>
            )}
          </div>
          <Button
            quiet
            icon="close"
            label={words.dismiss}
            onClick={() => {
              store.trouble.value = null;
            }}
          />
        </div>
      )}
    </div>
  );
}
