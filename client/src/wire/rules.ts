/** The shapes of the mission's rules, as the node's HTTP gives them. */

export type Mode = "never" | "none" | "two-people" | "one-person" | "automatic";

export interface Rule {
  id: string;
  /** Class of data. */
  data: string;
  origin: string;
  to: string;
  mode: Mode;
  binding: string;
  delay: string;
  place: string;
  time: string;
  counts: string;
  passes: string[];
  onward: string;
  condition: string;
  agreement: string;
  layer: string;
  one_of: string;
  note: string;
  /** What keeps it from holding now, as `agreement NAME` or `enforcement NAME`; "": nothing. */
  closed: string;
  /** The strictest TLP with which anything can go this way; "": nothing goes. */
  tlp: string;
}

export interface Agreement {
  id: string;
  to: string[];
  data: string[];
  purpose: string;
  until: string;
  since: string | null;
  passes: string[];
  place: string;
  time: string;
  note: string;
}

export interface Enforcement {
  id: string;
  layers: string[];
  note: string;
}

/** One thing that a change of the rules changes, in words. */
export interface RuleChange {
  widens: boolean;
  about: string;
  name: string;
  audiences: string[];
  sentence: string;
}

export interface RuleVersion {
  version: number;
  at: string | null;
  by: string[];
  reason: string;
}

/** A change that waits for a second person. */
export interface RuleProposal {
  id: string;
  by: string;
  at: string;
  reason: string;
  toml: string;
  changes: RuleChange[];
}

export interface Rules extends RuleVersion {
  title: string;
  toml: string;
  /** Against the version before. */
  changes: RuleChange[];
  rules: Rule[];
  agreements: Agreement[];
  enforcement: Enforcement[];
  k: number;
  slots: { imminent_min: number; other_min: number; public_min: number };
  own: string[];
  data: { data: string; title: string }[];
  waiting: RuleProposal[];
  history: RuleVersion[];
}

export interface Finding {
  name: string;
  rule: string;
  sentence: string;
  refuses: boolean;
  /** Rules on the way, first first. */
  path: string[];
}

/** Reports that are here and that an audience would newly get. */
export interface Shows {
  audience: string;
  outcome: string;
  count: number;
  /** Ids of the first of them. */
  reports: string[];
}

export interface RulesCheck {
  refused: boolean;
  widens: boolean;
  people: 0 | 1 | 2;
  findings: Finding[];
  changes: RuleChange[];
  shows: Shows[];
}

export interface RulesOutcome {
  state: "in-force" | "waits";
  version: number;
  proposal: string | null;
  changes: RuleChange[];
}

/** From which compartment to which nothing goes any more. */
export interface ClosedWay {
  from: string;
  to: string;
}

export interface LayerWay extends ClosedWay {
  layer: string;
}

export interface EnforcementNow {
  /** What concerns me. */
  closed: ClosedWay[];
  /** Only for those who may see the rules. */
  operations: Enforcement[];
  /** What each layer would close; only for those who may see the rules. */
  layers: LayerWay[];
}
