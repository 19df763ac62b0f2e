import type { Measure, Week, WeekPoint } from "../service/week";

/** The user's entry for a point: nothing changed, or a new status. */
export type Entry = "same" | Statement;

/** The new status of a point, in the columns of an update; texts as typed. */
export interface Statement {
  values: Record<string, string>;
  affected_populations: string[];
  measures: Measure[];
}

interface StoredDraft {
  assessed_on: string;
  entries: Record<string, Entry>;
  /** Changed opening hours by point, as sent: `-` removes them. They need no status. */
  opening_hours: Record<string, string>;
}

const NO_HOURS = "-";

/** The unsent entries of a week, stored in this browser with every change. */
export class Draft {
  private stored: StoredDraft;

  constructor(
    readonly name: string,
    today: string,
  ) {
    this.stored = loadDraft(name) ?? { assessed_on: today, entries: {}, opening_hours: {} };
  }

  get assessedOn(): string {
    return this.stored.assessed_on;
  }

  set assessedOn(day: string) {
    this.stored.assessed_on = day;
    this.save();
  }

  getEntry(point: string): Entry | undefined {
    return this.stored.entries[point];
  }

  /** Set the entry of a point; undefined removes it together with the changed opening hours. */
  setEntry(point: string, entry: Entry | undefined): void {
    if (entry === undefined) {
      delete this.stored.entries[point];
      delete this.stored.opening_hours[point];
    } else this.stored.entries[point] = entry;
    this.save();
  }

  /** Return the opening hours as typed, or those of the register. */
  getHours({ point, opening_hours: registered }: WeekPoint): string {
    const hours = this.stored.opening_hours[point] ?? registered ?? "";
    return hours === NO_HOURS ? "" : hours;
  }

  setHours({ point, opening_hours: registered }: WeekPoint, hours: string): void {
    if (hours === (registered ?? "")) delete this.stored.opening_hours[point];
    else this.stored.opening_hours[point] = hours || NO_HOURS;
    this.save();
  }

  /** Return whether the draft leaves the point out, confirms or changes it; changed hours are a change. */
  getState(point: string): "nothing" | "same" | "changed" {
    const entry = this.getEntry(point);
    if (this.stored.opening_hours[point] !== undefined) return "changed";
    return entry === undefined ? "nothing" : entry === "same" ? "same" : "changed";
  }

  get isEmpty(): boolean {
    return isEmptyDraft(this.stored);
  }

  clear(today: string): void {
    this.stored = { assessed_on: today, entries: {}, opening_hours: {} };
    localStorage.removeItem(this.name);
  }

  /** Build the rows of an update, in the order of the points. */
  buildRows(week: Week): Record<string, unknown>[] {
    return week.points.flatMap(({ point }) => {
      if (this.getState(point) === "nothing") return [];
      const hours = this.stored.opening_hours[point];
      const row = buildRow(point, this.assessedOn, this.getEntry(point) ?? "same");
      return [hours === undefined ? row : { ...row, opening_hours: hours }];
    });
  }

  private save(): void {
    localStorage.setItem(this.name, JSON.stringify(this.stored));
  }
}

/** Load the stored draft; null without entries, because its day alone is of no interest. */
function loadDraft(name: string): StoredDraft | null {
  const text = localStorage.getItem(name);
  if (text === null) return null;
  // Drafts of earlier versions of the page have no opening hours.
  const stored: StoredDraft = { opening_hours: {}, ...(JSON.parse(text) as Omit<StoredDraft, "opening_hours">) };
  return isEmptyDraft(stored) ? null : stored;
}

function isEmptyDraft({ entries, opening_hours: hours }: StoredDraft): boolean {
  return Object.keys(entries).length === 0 && Object.keys(hours).length === 0;
}

function buildRow(point: string, assessedOn: string, entry: Entry): Record<string, unknown> {
  if (entry === "same") return { point, assessed_on: assessedOn };
  const values = Object.fromEntries(Object.entries(entry.values).filter(([, value]) => value !== ""));
  const { affected_populations, measures } = entry;
  return { point, assessed_on: assessedOn, ...values, affected_populations, measure_rows: measures };
}

/** Build a statement from the current one, to be edited. For another `status` the dates of the old one are left out. */
export function buildStatement(point: WeekPoint, status: string): Statement {
  const current = point.believed;
  if (current === null) return { values: { operational_status: status }, affected_populations: [], measures: [] };
  const isSame = status === current.operational_status;
  const values = {
    operational_status: status,
    valid_until: isSame ? (current.valid_until ?? "") : "",
    expected_duration: isSame ? (current.expected_duration ?? "") : "",
    announced_end: isSame ? (current.announced_end ?? "") : "",
    confidence: isSame ? current.confidence : "",
  };
  return {
    values,
    affected_populations: [...current.affected_populations],
    measures: structuredClone(current.measures),
  };
}
