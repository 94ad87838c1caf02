// What the messages about trust hold. Nothing here exists at run time.
import type { Slot } from "../types";

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

interface Told {
  running: boolean;
  fraction: number;
  error: string | null;
  notes: string[];
}

export interface TrustMessage extends Judgement, Told {
  kind: "trust";
  slot: Slot;
  /** The ask whose map it is about; null: of no map that is on show. */
  id: number | null;
  method: string | null;
  label: string | null;
}

export interface TrialRow extends Judgement {
  method: string;
  /** Of what and how it was computed: what a table that is taken away has besides. */
  computed: Record<string, string | number>;
}

export interface TrialMessage extends Told {
  kind: "trial";
  methods: string[];
  rows: TrialRow[];
}
