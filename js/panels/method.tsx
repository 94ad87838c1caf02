// Which method explains, with which parameters, and against which other method.

import { cut } from "../core/format";
import { firstSentence } from "../core/health";
import { translated } from "../core/language";
import type { Check, Request } from "../core/types";
import { words } from "../core/words";
import { Button, type Choice, Section, Select } from "../dom/controls";
import { Icon } from "../dom/icons";
import { Live } from "./live";
import { type LayerPicker, Parameters } from "./parameters";
import type { Shown } from "./shown";

/** A list is as wide as its longest line: reasons are told in full below it. */
const BRIEF = 44;

function inBrief(reason: string): string {
  return cut(firstSentence(reason), BRIEF);
}

function choicesOf(view: Shown, request: Request, check: Check | null): Choice[] {
  const { store } = view;
  return store.spec.value.methods.map(({ name, title, family, why_not }) => {
    const verdict = check?.methods[name];
    const params = name === request.method ? request.params : {};
    const absent = store.can({ method: name, params }) ? null : words.needsModel;
    const not = why_not ?? (verdict?.soundness === "impossible" ? translated(verdict.reason) : absent);
    const unsound = verdict?.soundness === "unsound";
    // Of the chosen one the reason stands below, in full.
    const reason = unsound && name !== request.method ? inBrief(translated(verdict.reason)) : "";
    const text = not ? words.notPossible(title, inBrief(not)) : unsound ? words.doubtful(title, reason) : title;
    return { value: name, text, group: family, disabled: not !== null };
  });
}

/** What the model check has to say against a method that was picked all the same. */
function Doubt({ view, name }: { view: Shown; name: string }) {
  const verdict = view.store.health.check.value?.methods[name];
  if (!verdict || verdict.soundness === "sound") return null;
  return (
    <p class="xai-doubt" data-xai="doubt">
      <Icon name="warning" />
      <span>
        <strong>{words.soundness[verdict.soundness]}</strong>: {translated(verdict.reason)}
      </span>
    </p>
  );
}

/** Why methods are greyed, in full: each reason once, with all whom it concerns. */
function Refused({ view }: { view: Shown }) {
  const reasons = new Map<string, string[]>();
  for (const { title, why_not } of view.store.spec.value.methods)
    if (why_not) reasons.set(why_not, [...(reasons.get(why_not) ?? []), title]);
  const count = [...reasons.values()].flat().length;
  if (!count) return null;
  return (
    <details class="xai-fold" data-xai="refused">
      <summary class="xai-summary">{words.refused(count)}</summary>
      <dl class="xai-refused">
        {[...reasons].map(([reason, titles]) => (
          <div key={reason}>
            <dt>{words.listed(titles)}</dt>
            <dd class="xai-sentence">{reason}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** What was set for each method, so that coming back to one finds it as it was left. */
const remembered = new WeakMap<object, Map<string, Request["params"]>>();

function memory(view: Shown): Map<string, Request["params"]> {
  const found = remembered.get(view.store) ?? new Map<string, Request["params"]>();
  remembered.set(view.store, found);
  return found;
}

export function MethodPanel({ view, Layer }: { view: Shown; Layer?: LayerPicker }) {
  const { store } = view;
  const { methods } = store.spec.value;
  const request = store.request.value;
  const compare = store.compare.value;
  const method = methods.find(({ name }) => name === request.method);
  const other = methods.find(({ name }) => name === compare?.method);
  const check = store.health.check.value;
  const choices = choicesOf(view, request, check);
  const known = memory(view);
  // The picker shows what the kernel chose where the user left the choice to it.
  const chosen = method ? [] : [{ value: request.method, text: request.method || words.chosenByItself }];
  const pick = (name: string) => {
    known.set(request.method, request.params);
    store.setMethod(name, known.get(name));
  };
  const pickOther = (name: string) => {
    // One picture alone, or the difference of two, is no way to look at what was only now chosen.
    if (!compare || !name) store.setDisplay({ layout: null });
    store.setCompare(name || null, known.get(name));
  };
  return (
    <Section title={words.method} class="xai-method">
      <Select
        hideLabel
        label={words.methodPicker}
        choices={[...chosen, ...choices]}
        value={request.method}
        onPick={pick}
      />
      {method && <p class="xai-sentence">{method.sentence}</p>}
      <Refused view={view} />
      {method && <Doubt view={view} name={method.name} />}
      {method && method.parameters.length > 0 && (
        <Live store={store}>
          <Parameters
            store={store}
            method={method}
            request={request}
            onChange={(params) => store.setMethod(method.name, params)}
            Layer={Layer}
          />
        </Live>
      )}
      <div class="xai-row">
        <Select
          inline
          label={words.compareWith}
          choices={[{ value: "", text: words.compareNone }, ...choices]}
          value={compare?.method ?? ""}
          onPick={pickOther}
        />
        {compare && (
          <Button quiet icon="close" label={`${words.clear}: ${words.compareWith}`} onClick={() => pickOther("")} />
        )}
      </div>
      {compare && other && <Doubt view={view} name={other.name} />}
      {compare && other && other.parameters.length > 0 && (
        <Live store={store}>
          <Parameters
            store={store}
            method={other}
            request={compare}
            onChange={(params) => store.setCompare(other.name, params)}
            Layer={Layer}
          />
        </Live>
      )}
    </Section>
  );
}
