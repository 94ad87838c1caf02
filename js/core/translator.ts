// Sentences in another language, by a catalogue of what may be said.

/** A sentence with gaps, and what it is in the other language. */
type Pattern = [RegExp, string];

/** Where a sentence ends and another begins. */
const BETWEEN = /(?<=[.!?]) (?=\S)/;

/** Those that say more come first: the others may fit them too. */
function patternsOf(catalogue: Record<string, string>): Pattern[] {
  return Object.entries(catalogue)
    .filter(([english]) => english.includes("{}"))
    .sort(([a], [b]) => b.length - a.length)
    .map(([english, theirs]): Pattern => {
      const exact = english.split("{}").map((part) => part.replace(/[^\w\s]/g, "\\$&"));
      return [new RegExp(`^${exact.join("(.*?)")}$`, "s"), theirs];
    });
}

/**
 * What turns English into the catalogue's language. Numbers and names stand in a catalogue as {}, in the same order; the
 * last ones may be left out. Of several sentences as few as are known together are translated together, so that no gap
 * reaches over the next one; what nobody knows stays as it is.
 */
export function translatorOf(catalogue: Record<string, string>): (english: string) => string {
  const patterns = patternsOf(catalogue);

  function known(english: string): string | undefined {
    if (Object.hasOwn(catalogue, english)) return catalogue[english];
    for (const [pattern, theirs] of patterns) {
      const [, ...found] = pattern.exec(english) ?? [];
      if (found.length) return theirs.replace(/\{\}/g, () => translate(found.shift() ?? ""));
    }
    return undefined;
  }

  function translate(english: string): string {
    if (!english) return english;
    const sentences = english.split(BETWEEN);
    for (let count = 1; count <= sentences.length; count++) {
      const theirs = known(sentences.slice(0, count).join(" "));
      if (theirs !== undefined) return theirs + translate(sentences.slice(count).join(" "));
    }
    const [first, ...rest] = sentences;
    return rest.length ? `${first} ${translate(rest.join(" "))}` : english;
  }

  return translate;
}
