// A saved evaluation: how far a map can be believed, one line a measure.

import { doubted, short } from "../../core/format";
import { translated } from "../../core/language";
import type { EvaluationSpec } from "../../core/results/types";
import { resultWords as said } from "../../core/results/words";
import { markOf, severityOf, verdictOf } from "../../core/trust/measures";
import type { Measure } from "../../core/trust/types";
import { trustWords } from "../../core/trust/words";
import { Mark } from "../../dom/mark";
import { Curves } from "../../panels/curves";
import { type Column, SortTable } from "./table";

const columns = (): Column<Measure>[] => [
  {
    title: said.verdict,
    // What is not to be had says so in its value.
    key: ({ passed, value }) => (value === null ? null : markOf(passed).text),
    cell: ({ passed, value }) => value !== null && <Mark {...markOf(passed)} />,
  },
  {
    title: said.value,
    key: ({ value }) => value,
    cell: ({ value, error }) => (value === null ? trustWords.noValue : doubted(value, error)),
  },
  {
    title: said.random,
    key: ({ reference }) => reference,
    cell: ({ reference }) => (reference === null ? "–" : short(reference)),
  },
  { title: said.better, key: ({ better }) => said.ways[better], cell: ({ better }) => said.ways[better] },
  {
    title: said.range,
    key: ({ low, high }) => trustWords.range(low, high),
    cell: ({ low, high }) => trustWords.range(low, high),
  },
];

function More({ measure }: { measure: Measure }) {
  const { sentence, definition, paper, curves } = measure;
  return (
    <>
      <p class="xai-finding-text">{translated(sentence)}</p>
      <p class="xai-finding-more">
        {translated(definition)} {paper}
      </p>
      {curves.length > 0 && <Curves measure={measure} />}
    </>
  );
}

export function Measures({ spec }: { spec: EvaluationSpec }) {
  const count = trustWords.passes(spec.passed, spec.checked);
  const verdict = verdictOf(spec);
  return (
    <>
      <header class="xai-header">
        <h2 class="xai-title">{translated(spec.title) || trustWords.panel}</h2>
      </header>
      <p class="xai-health-state">
        <Mark severity={severityOf(spec)} text={verdict} />
        {verdict !== count && <span class="xai-faint">{count}</span>}
      </p>
      <SortTable
        label={said.measures}
        file={said.files.evaluation}
        name={{ title: said.measure, of: ({ title }) => translated(title), key: ({ title }) => translated(title) }}
        columns={columns()}
        rows={spec.measures}
        more={(measure) => <More measure={measure} />}
      />
    </>
  );
}
