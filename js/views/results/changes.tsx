// Saved counterfactuals: one line a way to another answer, the changes first, marked by signs and strokes.
import type { ComponentChildren } from "preact";
import { change, percent, short, typeset } from "../../core/format";
import { translated } from "../../core/language";
import type { Candidate, Cell, ChangesSpec, MeasureName } from "../../core/results/types";
import { resultWords as said } from "../../core/results/words";
import { Icon } from "../../dom/icons";
import { Picture } from "./picture";
import { type Column, SortTable } from "./table";

const SIGNS = { up: "▲", down: "▼", other: "◆" } as const;
const DATE = /^\d{4}-\d\d-\d\d/;

function told(cell: Cell): string {
  if (cell === null) return said.missing;
  return typeof cell === "number" ? typeset(Number(cell.toPrecision(6))) : String(cell);
}

function wayOf(from: Cell, to: Cell): keyof typeof SIGNS {
  const ordered = [from, to].every((one) => typeof one === "number" || DATE.test(String(one)));
  return ordered ? (to! > from! ? "up" : "down") : "other";
}

function Changed({ from, to }: { from: Cell; to: Cell }) {
  if (from === to) return <span class="xai-faint">{said.same}</span>;
  const way = wayOf(from, to);
  return (
    <span class="xai-r-changed">
      <span aria-hidden="true">{SIGNS[way]} </span>
      <span class="xai-hidden">{said.marks[way]}: </span>
      <strong>{told(to)}</strong>
    </span>
  );
}

/** The text with what is taken out struck through and what is put in underlined; the changes alone, or all of it. */
function Text({ text, edits, whole }: { text: readonly string[]; edits: Candidate["edits"]; whole: boolean }) {
  let place = 0;
  const parts: ComponentChildren[] = [];
  for (const { start, stop, fresh } of edits) {
    if (whole) parts.push(text.slice(place, start).join(""));
    else if (parts.length) parts.push("; ");
    if (stop > start) parts.push(<del>{text.slice(start, stop).join("")}</del>);
    if (stop > start && fresh) parts.push(" → ");
    if (fresh) parts.push(<ins>{fresh}</ins>);
    place = Math.max(place, stop);
  }
  if (whole) parts.push(text.slice(place).join(""));
  return (
    <span class="xai-r-text" dir="auto">
      {parts}
    </span>
  );
}

const SHARES: readonly MeasureName[] = ["area", "similarity", "survives"];

function columnsOf(spec: ChangesSpec): Column<Candidate>[] {
  const { plain, cells, text, pixels } = spec;
  const score = (value: number) => (plain ? short(value) : percent(value));
  const changed = spec.columns.map(
    (title, at): Column<Candidate> => ({
      title,
      key: ({ cells }) => (typeof cells[at] === "boolean" ? told(cells[at]!) : (cells[at] as string | number | null)),
      cell: (one) => <Changed from={cells[at]!} to={one.cells[at]!} />,
      base: told(cells[at]!),
    }),
  );
  if (pixels)
    changed.push({
      title: said.picture,
      key: ({ number }) => number,
      cell: ({ number, pixels }) => pixels && <Picture pixels={pixels} label={said.pictureOf(number)} />,
      base: <Picture pixels={pixels} label={said.pictureNow} />,
    });
  if (text.length)
    changed.push({
      title: said.texts,
      key: ({ edits }) => edits.map(({ fresh }) => fresh).join(" "),
      cell: ({ edits }) => <Text text={text} edits={edits} whole={false} />,
    });
  return [
    ...changed,
    { title: said.answer, key: ({ answer }) => answer, cell: ({ answer }) => answer, base: spec.answer },
    {
      title: said.scoreOf(spec.of),
      key: (one) => one.score,
      cell: (one) => score(one.score),
      base: score(spec.before),
    },
    {
      title: said.delta,
      hint: said.deltaHint,
      key: ({ delta }) => delta,
      cell: ({ delta }) => <span class="xai-delta">{change(delta, plain)}</span>,
    },
    ...spec.measured.map(
      (name): Column<Candidate> => ({
        title: said[name],
        hint: said.hints[name],
        key: ({ measures }) => measures[name] ?? null,
        cell: ({ measures }) => {
          const value = measures[name] ?? null;
          return value === null ? "–" : SHARES.includes(name) ? percent(value, 0) : short(value);
        },
      }),
    ),
    {
      title: said.valid,
      hint: said.validHint,
      key: ({ valid }) => said.flags[valid ? "yes" : "no"],
      cell: ({ valid }) => (
        <>
          <Icon name={valid ? "ok" : "warning"} /> {said.flags[valid ? "yes" : "no"]}
        </>
      ),
    },
  ];
}

export function Changes({ spec }: { spec: ChangesSpec }) {
  const { candidates, text, pixels } = spec;
  return (
    <>
      <header class="xai-header">
        <h2 class="xai-title">{said.asked(spec.answer, spec.score, spec.plain, translated(spec.wanted))}</h2>
      </header>
      {candidates.length === 0 ? (
        <p class="xai-sentence">{said.none}</p>
      ) : (
        <SortTable
          label={said.changes}
          file={said.files.changes}
          name={{
            title: said.way,
            of: ({ number }) => said.wayOf(number),
            key: ({ number }) => number,
            ...(text.length ? {} : { base: said.original }),
          }}
          columns={columnsOf(spec)}
          rows={candidates}
          more={({ edits, number, pixels: own }) =>
            text.length ? (
              <Text text={text} edits={edits} whole />
            ) : own && pixels ? (
              <div class="xai-row">
                <Picture pixels={{ ...pixels, mask: null }} label={said.pictureNow} large />
                <Picture pixels={own} label={said.pictureOf(number)} large />
              </div>
            ) : null
          }
        />
      )}
      {spec.more > 0 && <p class="xai-finding-more">{said.others(spec.more)}</p>}
    </>
  );
}
