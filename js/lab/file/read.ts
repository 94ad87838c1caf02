// A saved explanation as a file holds it. Anyone may have written it, so nothing in it is believed before it was looked at.
import { type Fields, fieldsOf, type Saved, textOf } from "../../core/fields";
import { savedOf } from "../../core/packed";
import { WORDS } from "./words";

/** Why a file cannot be shown, in one sentence. */
export class FileFault extends Error {}

const FORMAT = "xai_widgets ";
const VERSION = 1;
const LARGEST = 2 ** 26;

/** Throws a FileFault for what is no saved explanation, or one that this version cannot read. */
export async function read(text: string): Promise<Saved> {
  if (text.length > LARGEST) throw new FileFault(WORDS.large(LARGEST / 2 ** 20));
  let fields: Fields;
  try {
    fields = fieldsOf(JSON.parse(text));
  } catch {
    throw new FileFault(WORDS.damaged);
  }
  if (!textOf(fields.format).startsWith(FORMAT)) throw new FileFault(WORDS.foreign);
  if (Number.isInteger(fields.v) && Number(fields.v) > VERSION)
    throw new FileFault(WORDS.version(String(fields.v), VERSION));
  if (fields.v !== VERSION) throw new FileFault(WORDS.damaged);
  return savedOf(fields).catch(() => {
    throw new FileFault(WORDS.damaged);
  });
}
