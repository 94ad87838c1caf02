// Is this model fit for explaining? Looked at when it is unfolded, and said with the places and what follows for methods.
import { useEffect } from "preact/hooks";
import { fine, type Group, grouped, titlesOf, told } from "../core/health";
import { translated } from "../core/language";
import type { Check, Finding } from "../core/types";
import { words } from "../core/words";
import { Fold } from "../dom/fold";
import { useIds } from "../dom/hooks";
import { Icon } from "../dom/icons";
import { Mark } from "../dom/mark";
import { Standing } from "../dom/standing";
import type { Shown } from "./shown";

function Item({ view, check, finding }: { view: Shown; check: Check; finding: Finding }) {
  const { methods } = view.store.spec.value;
  const { severity, sentence, advice, where, effect } = finding;
  // A method that is not possible for another reason is no news here.
  const touched = finding.methods.filter((name) => effect !== "sound" && check.methods[name]?.soundness === effect);
  const titles = titlesOf(touched, methods);
  return (
    <li class={`xai-finding xai-finding-${severity}`} data-xai={`finding-${finding.name}`}>
      <Mark severity={severity} text={words.severities[severity]} />
      <p class="xai-finding-text">{translated(sentence)}</p>
      {advice && <p class="xai-finding-more">{words.healthAdvice(translated(advice))}</p>}
      {where.length > 0 && (
        <p class="xai-finding-more">
          {words.healthWhere}:{" "}
          {where.map((place) => (
            <code key={place} class="xai-place">
              {place}
            </code>
          ))}
        </p>
      )}
      {titles.length > 0 && (
        <p class="xai-finding-more" title={words.listed(titles)}>
          {words.soundness[effect]}: {words.healthTouches(titles, methods.length)}
        </p>
      )}
    </li>
  );
}

const MARKS = { sound: "ok", unsound: "warning", impossible: "note" } as const;

function Verdict({ group }: { group: Group }) {
  return (
    <li class="xai-verdict" data-xai={`verdict-${group.soundness}`}>
      <Mark
        severity={MARKS[group.soundness]}
        text={words.soundness[group.soundness]}
        {...(group.soundness === "impossible" ? { icon: "close" } : {})}
      />
      <p class="xai-finding-text">{words.listed(group.titles)}</p>
      {group.reason && <p class="xai-finding-more">{translated(group.reason)}</p>}
    </li>
  );
}

function Findings({ view, check }: { view: Shown; check: Check }) {
  const { spec, health } = view.store;
  const { id } = useIds("id");
  const [wrong, right] = [told(check), fine(check)];
  const groups = grouped(check, spec.value.methods);
  return (
    <div class="xai-health-columns">
      <div>
        {wrong.length > 0 && (
          <ul class="xai-findings">
            {wrong.map((finding) => (
              <Item key={finding.name + finding.sentence} view={view} check={check} finding={finding} />
            ))}
          </ul>
        )}
        {right.length > 0 && (
          <details class="xai-fold" open={wrong.length === 0}>
            <summary class="xai-summary">{words.healthFine(right.length)}</summary>
            <ul class="xai-findings xai-findings-fine">
              {right.map((finding) => (
                <li key={finding.sentence} class="xai-fine">
                  <Icon name="ok" />
                  <span>{translated(finding.sentence)}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {groups.length > 0 && (
        <section aria-labelledby={id}>
          <h3 class="xai-heading" id={id}>
            {words.healthMethods(check.fraction === 1)}
          </h3>
          <ul class="xai-verdicts">
            {groups.map((group) => (
              <Verdict key={group.soundness + group.reason} group={group} />
            ))}
          </ul>
          {!health.running.value && (
            <p class="xai-finding-more">{words.healthCost(check.forwards, check.backwards, check.seconds)}</p>
          )}
        </section>
      )}
    </div>
  );
}

function State({ view }: { view: Shown }) {
  const { health, connection } = view.store;
  const check = health.check.value;
  const silent = connection.value === "silent";
  const running = health.running.value && !silent;
  const done = !running && check?.fraction === 1;
  const said = running
    ? words.healthLooking
    : health.error.value
      ? words.healthFailed(translated(health.error.value))
      : done
        ? words.healthVerdicts[check.severity]
        : silent
          ? words.noneHere
          : words.healthStopped;
  return (
    <Standing
      name="health-state"
      icon={done ? check.severity : null}
      said={said}
      of={running && words.healthLooking}
      done={check?.fraction}
      onRetry={!done && !silent && (() => health.show(view, true))}
    />
  );
}

export function HealthPanel({ view }: { view: Shown }) {
  const { health } = view.store;
  const check = health.check.value;
  const done = !health.running.value && check?.fraction === 1;
  useEffect(() => () => health.show(view, false), [health, view]);
  // What was found out is part of a saved page; nobody looks any further there.
  if (view.store.saved && !done) return null;
  return (
    <Fold
      name="health"
      title={
        <>
          <span>{words.health}</span>
          {done && <Mark severity={check.severity} text={words.severities[check.severity]} />}
        </>
      }
      onOpen={(open) => health.show(view, open)}
    >
      <State view={view} />
      {check && <Findings view={view} check={check} />}
    </Fold>
  );
}
