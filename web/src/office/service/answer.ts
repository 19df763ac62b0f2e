/** The response to an update: the outcome of each row, with the reasons. */
export interface Answer {
  state: "published" | "waiting" | "returned" | "dry_run" | "refused";
  id?: number;
  counts: Record<"rows" | Outcome, number>;
  problems: RowProblem[];
  rows: AnswerRow[];
}

export type Outcome = "added" | "superseded" | "unchanged" | "rejected";

export interface AnswerRow {
  row: number;
  point: string | null;
  name?: string;
  outcome: Outcome;
  before?: StatusValues | null;
  after?: StatusValues | null;
  /** The submitted row of a change of the register. */
  given?: Record<string, string>;
  problems?: RowProblem[];
}

/** The status of a point before or after the update. */
export interface StatusValues {
  operational_status: string;
  measures: string[];
  affected_populations: string[];
  comment: string | null;
  valid_from: string;
  valid_until: string | null;
}

export interface RowProblem {
  row?: number;
  column?: string;
  value?: string;
  cell?: string;
  severity: "error" | "warning";
  message: string;
  candidates?: string[];
}

/** A submission in a list of submissions. */
export interface Submission {
  id: number;
  office: string;
  received_at: string;
  file_name: string | null;
  state: "published" | "waiting" | "returned";
  remark: string | null;
  counts: Answer["counts"];
}
