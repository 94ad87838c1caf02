// The columns of a row that was saved, with what it holds in each.
import { type Fields, listOf } from "../core/fields";
import { typeset } from "../core/format";
import type { Column } from "../core/table/types";
import { isCell, must } from "./checked";

/** A cell as people read it; a missing one is null, and one that an older file does not tell is empty. */
function told(cell: string | number | boolean | null | undefined): string | null {
  if (cell === undefined) return "";
  if (typeof cell === "number") return typeset(Number(cell.toPrecision(6)));
  return cell === null ? null : `${cell}`;
}

/** What a table's view is told of the row. The file knows no ranges, so its cells stand as texts. */
export function rowOf({ names, cells }: Fields, count: number): { row: null[]; columns: Column[] } {
  must(names === null || listOf(names).length === count, "names");
  const named = listOf(names);
  const held = cells === undefined || cells === null ? [] : must(Array.isArray(cells) && cells, "cells");
  must([0, count].includes(held.length) && held.every(isCell), "cells");
  const blank = { kind: "number", choices: [], low: 0, high: 0, step: 0, counts: [], missing: false } as const;
  const columns = Array.from({ length: count }, (_, i) => {
    const name = named.length ? must(typeof named[i] === "string" && named[i], "names") : `feature ${i}`;
    return { ...blank, choices: [], counts: [], name, told: told(held[i]) };
  });
  return { row: columns.map(() => null), columns };
}
