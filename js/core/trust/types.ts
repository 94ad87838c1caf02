// How far a map can be trusted, as messages tell it. Nothing here exists at run time.

export interface Curve {
  name: string;
  x: (number | null)[];
  y: (number | null)[];
}

export interface Measure {
  name: string;
  title: string;
  /** null: it cannot be had here, and the sentence says why. */
  value: number | null;
  error: number | null;
  low: number | null;
  high: number | null;
  better: "higher" | "lower";
  /** null: a number without a bar to clear, or not known yet. */
  passed: boolean | null;
  /** What random order scores. */
  reference: number | null;
  sentence: string;
  definition: string;
  paper: string;
  curves: Curve[];
}

export interface Judgement {
  verdict: string | null;
  believable: boolean | null;
  passed: number;
  checked: number;
  measures: Measure[];
}

export interface TrialRow extends Judgement {
  method: string;
  /** Of what and how it was computed: what a table that is taken away has besides. */
  computed: Record<string, string | number>;
}
