// The small native controls that everything is made of.
import type { ComponentChildren } from "preact";
import { useIds } from "./hooks";
import { Icon } from "./icons";

type IconName = Parameters<typeof Icon>[0]["name"];

interface ButtonProps {
  /** What it does, where it does not say so itself. */
  label?: string;
  icon?: IconName;
  text?: string;
  pressed?: boolean;
  disabled?: boolean;
  quiet?: boolean;
  /** Looks like words in a text. */
  link?: boolean;
  title?: string;
  onClick: () => void;
}

export function Button(props: ButtonProps & ({ label: string } | { text: string })) {
  const { text, label = text, icon, pressed, disabled, quiet, link, title, onClick } = props;
  return (
    <button
      type="button"
      class={link ? "xai-link" : `xai-button${quiet ? " xai-quiet" : ""}${text ? "" : " xai-square"}`}
      aria-label={label}
      aria-pressed={pressed}
      title={title ?? label}
      // A disabled button would drop the focus, and with it the keyboard's way to undo.
      aria-disabled={disabled}
      onClick={() => !disabled && onClick()}
    >
      {icon && <Icon name={icon} />}
      {text}
    </button>
  );
}

export interface Choice {
  value: string;
  text: string;
  disabled?: boolean;
  group?: string;
  title?: string;
}

/** A group of radio buttons that looks like one bar. */
export function Segments(props: {
  legend: string;
  choices: Choice[];
  value: string;
  icons?: Partial<Record<string, IconName>>;
  onPick: (value: string) => void;
}) {
  const { name } = useIds("name");
  return (
    <fieldset class="xai-segments">
      <legend class="xai-hidden">{props.legend}</legend>
      {props.choices.map((choice) => (
        <label
          key={choice.value}
          class={choice.disabled ? "xai-segment xai-segment-off" : "xai-segment"}
          title={choice.title}
        >
          <input
            type="radio"
            class="xai-segment-input"
            name={name}
            value={choice.value}
            checked={choice.value === props.value}
            disabled={choice.disabled}
            onChange={() => props.onPick(choice.value)}
          />
          <span class="xai-segment-face">
            {props.icons?.[choice.value] && <Icon name={props.icons[choice.value]!} />}
            {choice.text}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function Select(props: {
  label: string;
  choices: Choice[];
  value: string;
  hideLabel?: boolean;
  /** The label beside the list rather than above it. */
  inline?: boolean;
  disabled?: boolean;
  onPick: (value: string) => void;
}) {
  const { id } = useIds("id");
  const groups = [...new Set(props.choices.map((choice) => choice.group ?? ""))];
  const option = (choice: Choice) => (
    <option key={choice.value} value={choice.value} disabled={choice.disabled} selected={choice.value === props.value}>
      {choice.text}
    </option>
  );
  return (
    <div class={props.inline ? "xai-field xai-inline" : "xai-field"}>
      <label class={props.hideLabel ? "xai-hidden" : "xai-label"} for={id}>
        {props.label}
      </label>
      <select
        id={id}
        class="xai-select"
        value={props.value}
        disabled={props.disabled}
        onChange={(e) => props.onPick(e.currentTarget.value)}
      >
        {groups.map((group) => {
          const inside = props.choices.filter((choice) => (choice.group ?? "") === group).map(option);
          return group ? (
            <optgroup key={group} label={group}>
              {inside}
            </optgroup>
          ) : (
            inside
          );
        })}
      </select>
    </div>
  );
}

export function Checkbox(props: {
  label: string;
  /** What it is called where the label leaves out the half that stands beside it. */
  name?: string;
  checked: boolean;
  title?: string;
  onPick: (on: boolean) => void;
}) {
  return (
    <label class="xai-check" title={props.title}>
      <input
        type="checkbox"
        aria-label={props.name}
        checked={props.checked}
        onChange={(e) => props.onPick(e.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

export function Section(props: {
  title: string;
  class?: string;
  side?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { id } = useIds("id");
  return (
    <section class={`xai-section ${props.class ?? ""}`} aria-labelledby={id}>
      <div class="xai-section-head">
        <h3 class="xai-heading" id={id}>
          {props.title}
        </h3>
        {props.side}
      </div>
      {props.children}
    </section>
  );
}
