// One of the likeliest tokens, found by typing, or any.
import { percent } from "../../core/format";
import { textWords } from "../../core/text/words";
import { Combobox } from "../../dom/combobox";
import type { TextStore } from "../../host/text";

export function TokenBox(props: {
  store: TextStore;
  label: string;
  /** Each with how likely it is. */
  tokens: readonly (readonly [number, number])[];
  token: number | null;
  onPick: (token: number | null) => void;
}) {
  const { store, tokens, token } = props;
  return (
    <Combobox
      label={props.label}
      labels={tokens.map(([index]) => store.nameOf(index))}
      scores={tokens.map(([, score]) => score)}
      scoreText={percent}
      value={token === null ? null : tokens.findIndex(([index]) => index === token)}
      current={token === null ? "" : store.nameOf(token)}
      placeholder={textWords.searchAnyToken}
      clearable
      said={{ hint: textWords.searchTokens, none: textWords.searchNoToken }}
      onPick={(place) => props.onPick(place === null ? null : tokens[place]![0])}
    />
  );
}
