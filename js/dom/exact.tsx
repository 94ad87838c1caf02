// A field for an exact number or date, which counts once it is left or Enter is pressed.
import type { InputHTMLAttributes } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface ExactProps extends InputHTMLAttributes {
  /** What stands in it until something is typed. */
  shown: string;
  /** Takes what was typed; NaN and "" where it is no such thing. Until it is shown, what was there stands again. */
  onCommit: (number: number, text: string) => void;
}

export function Exact({ shown, onCommit, class: more, ...rest }: ExactProps) {
  const field = useRef<HTMLInputElement>(null);
  // Not as the attribute `value`, which each answer that comes would put back over what is half typed.
  useLayoutEffect(() => {
    field.current!.value = shown;
  }, [shown]);
  return (
    <input
      ref={field}
      type="number"
      step="any"
      class={`xai-number ${more ?? ""}`}
      {...rest}
      onChange={({ currentTarget: typed }) => {
        const { valueAsNumber, value } = typed;
        typed.value = shown;
        onCommit(valueAsNumber, value);
      }}
    />
  );
}
