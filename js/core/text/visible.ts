// Characters that act without being seen: shown by a name, so that no text can pretend to be another.

// The rest of the control characters, which hardly any text has, are shown by their number.
const NAMES: Record<number, string> = {
  0: "NUL",
  7: "BEL",
  8: "BS",
  12: "FF",
  13: "CR",
  27: "ESC",
  127: "DEL",
  173: "SHY",
  1564: "ALM",
  8203: "ZWSP",
  8206: "LRM",
  8207: "RLM",
  8232: "LSEP",
  8233: "PSEP",
  8234: "LRE",
  8235: "RLE",
  8236: "PDF",
  8237: "LRO",
  8238: "RLO",
  8288: "WJ",
  8294: "LRI",
  8295: "RLI",
  8296: "FSI",
  8297: "PDI",
  65279: "BOM",
};

/** Joiners inside a word or an emoji are part of how it is written; lines and tabs do what they look like. */
const HIDDEN = /(?![\t\n])[\p{Cc}\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/u;

export interface Seen {
  text: string;
  /** The code point that it stands for; null for text as it is. */
  stands: number | null;
}

function symbolOf(code: number): string {
  return NAMES[code] ?? codeName(code);
}

export function codeName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Text as it is, and symbols in place of what cannot be seen. */
export function visible(text: string): Seen[] {
  if (!HIDDEN.test(text)) return text ? [{ text, stands: null }] : [];
  const out: Seen[] = [];
  let plain = "";
  for (const character of text) {
    if (!HIDDEN.test(character)) {
      plain += character;
      continue;
    }
    if (plain) out.push({ text: plain, stands: null });
    plain = "";
    const code = character.codePointAt(0)!;
    out.push({ text: symbolOf(code), stands: code });
  }
  if (plain) out.push({ text: plain, stands: null });
  return out;
}

/** In one line, for labels and for speech. */
export function spelled(text: string): string {
  return visible(text)
    .map((part) => part.text)
    .join("")
    .replaceAll("\n", "\u23ce");
}
