// Numbers as people read them.

let missing = () => "not a number";

/** What is no number is called so from now on: a language knows of numbers, not they of languages. */
export function callMissing(name: () => string): void {
  missing = name;
}

const MINUS = "\u2212";

/** A number with the sign that figures have, which is as wide as a plus. */
export function typeset(number: number | string): string {
  return String(number).replace("-", MINUS);
}

/** Three significant digits, never an endless tail of zeros. */
export function short(value: number): string {
  if (Number.isNaN(value)) return missing();
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) return typeset(value.toExponential(2));
  return typeset(Number(value.toPrecision(3)));
}

/** A value with its error, both to the two digits of the error that mean something, or to one that starts high. */
export function doubted(value: number, error: number | null): string {
  if (!error) return short(value);
  const power = Math.floor(Math.log10(error));
  const digits = (error < 3.55 * 10 ** power ? 1 : 0) - power;
  const to = (one: number) => (digits < 0 || digits > 6 ? short(one) : typeset(Number(one.toFixed(digits))));
  return `${to(value)} ± ${to(error)}`;
}

/** At most so many characters, cut between words. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf(" ", most - 2);
  return `${text.slice(0, end > most / 2 ? end : most - 2)} …`;
}

export function signed(value: number): string {
  return value > 0 ? `+${short(value)}` : short(value);
}

/** By how much a score moved: a probability in points of a hundred. */
export function change(by: number, plain: boolean): string {
  if (Math.abs(by) < (plain ? 1e-9 : 0.0005)) return "= 0.0";
  const size = plain ? short(Math.abs(by)) : (100 * Math.abs(by)).toFixed(1);
  return `${by > 0 ? "▲ +" : `▼ ${MINUS}`}${size}`;
}

/** A signed value with as many decimals as the largest beside it needs. */
export function amount(value: number, most: number): string {
  const decimals = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(most || 1))));
  const text = typeset(value.toFixed(decimals));
  if (Number(value.toFixed(decimals)) === 0) return (0).toFixed(decimals);
  return value > 0 ? `+${text}` : text;
}

export function percent(share: number, digits = 1): string {
  if (!Number.isFinite(share)) return "–";
  const text = (100 * share).toFixed(digits);
  if (share > 0 && Number(text) === 0) return `<${(10 ** -digits).toFixed(digits)}%`;
  return `${typeset(text)}%`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** How many there are of something, in English. */
export function counted(one: string, more = `${one}s`): (count: number) => string {
  return (count) => `${whole(count)} ${count === 1 ? one : more}`;
}

export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 100) return `${Math.round(value)} s`;
  return `${Math.round(value / 60)} min`;
}

export function hex([r, g, b]: readonly [number, number, number]): string {
  return `#${[r, g, b].map((c) => Math.round(c).toString(16).padStart(2, "0")).join("")}`;
}

export function unhex(text: string): [number, number, number] {
  const n = Number.parseInt(text.slice(1), 16) || 0;
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}
