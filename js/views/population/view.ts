// What one view of a population shows, beside what all views of its model share.
import { signal } from "@preact/signals";
import { short, signed } from "../../core/format";
import { populationWords as said } from "../../core/population/words";
import { textOf } from "../../core/table/cells";
import type { Theme } from "../../dom/theme";
import type { PopulationStore } from "../../host/population";

export type Order = "value" | "data" | "name";

export function createView(store: PopulationStore) {
  const { columns } = store.spec;
  return {
    store,
    theme: signal<Theme>("light"),
    order: signal<Order>("value"),
    query: signal(""),
    /** How many columns are listed. */
    most: signal(20),
    lines: signal(true),
    centred: signal(false),
    textOf: (column: number, value: number) =>
      Number.isFinite(value) ? textOf(columns[column]!, value, said.missing) : said.missing,
    number: (value: number, difference = false) => (difference ? signed(value) : short(value)),
  };
}

export type View = ReturnType<typeof createView>;
