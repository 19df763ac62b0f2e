import type { Measure, Week, WeekPoint } from "./week";

/** What the user says of a point: that nothing changed, or what holds now. */
export type Entry = "same" | Statement;

/** What holds now, in the columns of an update; texts as they were typed. */
export interface Statement {
  values: Record<string, string>;
  affected_populations: string[];
  measures: Measure[];
}

interface Written {
  assessed_on: string;
  entries: Record<string, Entry>;
  /** Opening hours that are otherwise, by point, as they are sent: `-` takes them away. They need no status. */
  opening_hours: Record<string, string>;
}

const NO_HOURS = "-";

/** What was written of a week and not sent yet. It is kept in this browser with every change. */
export class Draft {
  private written: Written;

  constructor(
    readonly name: string,
    today: string,
  ) {
    this.written = read(name) ?? { assessed_on: today, entries: {}, opening_hours: {} };
  }

  get assessedOn(): string {
    return this.written.assessed_on;
  }

  set assessedOn(day: string) {
    this.written.assessed_on = day;
    this.keep();
  }

  of(point: string): Entry | undefined {
    return this.written.entries[point];
  }

  /** Nothing said of a point is nothing said of its opening hours either. */
  set(point: string, entry: Entry | undefined): void {
    if (entry === undefined) {
      delete this.written.entries[point];
      delete this.written.opening_hours[point];
    } else this.written.entries[point] = entry;
    this.keep();
  }

  /** The opening hours as they will be: those that were typed, or else those of the register. */
  hoursOf({ point, opening_hours: known }: WeekPoint): string {
    const said = this.written.opening_hours[point] ?? known ?? "";
    return said === NO_HOURS ? "" : said;
  }

  setHours({ point, opening_hours: known }: WeekPoint, hours: string): void {
    if (hours === (known ?? "")) delete this.written.opening_hours[point];
    else this.written.opening_hours[point] = hours || NO_HOURS;
    this.keep();
  }

  /** What is said of the point, hours included. */
  says(point: string): "nothing" | "same" | "changed" {
    const entry = this.of(point);
    if (this.written.opening_hours[point] !== undefined) return "changed";
    return entry === undefined ? "nothing" : entry === "same" ? "same" : "changed";
  }

  get isEmpty(): boolean {
    return saysNothing(this.written);
  }

  clear(today: string): void {
    this.written = { assessed_on: today, entries: {}, opening_hours: {} };
    localStorage.removeItem(this.name);
  }

  /** The rows of an update, in the order of the points. */
  rows(week: Week): Record<string, unknown>[] {
    return week.points.flatMap(({ point }) => {
      if (this.says(point) === "nothing") return [];
      const hours = this.written.opening_hours[point];
      const row = rowOf(point, this.assessedOn, this.of(point) ?? "same");
      return [hours === undefined ? row : { ...row, opening_hours: hours }];
    });
  }

  private keep(): void {
    localStorage.setItem(this.name, JSON.stringify(this.written));
  }
}

/** Where nothing was said of any point, the day it would have been said of is of no interest. */
function read(name: string): Written | null {
  const text = localStorage.getItem(name);
  if (text === null) return null;
  // A draft of the page as it was before it had opening hours has none.
  const written: Written = { opening_hours: {}, ...(JSON.parse(text) as Omit<Written, "opening_hours">) };
  return saysNothing(written) ? null : written;
}

function saysNothing({ entries, opening_hours: hours }: Written): boolean {
  return Object.keys(entries).length === 0 && Object.keys(hours).length === 0;
}

function rowOf(point: string, assessedOn: string, entry: Entry): Record<string, unknown> {
  if (entry === "same") return { point, assessed_on: assessedOn };
  const values = Object.fromEntries(Object.entries(entry.values).filter(([, value]) => value !== ""));
  const { affected_populations, measures } = entry;
  return { point, assessed_on: assessedOn, ...values, affected_populations, measure_rows: measures };
}

/** What is believed, to be changed. `status` is another than the believed one where that is what changed: what was
 * announced of the end of the old status says nothing of the new one. */
export function statementOf(point: WeekPoint, status: string): Statement {
  const believed = point.believed;
  if (believed === null) return { values: { operational_status: status }, affected_populations: [], measures: [] };
  const isSame = status === believed.operational_status;
  const values = {
    operational_status: status,
    valid_until: isSame ? (believed.valid_until ?? "") : "",
    expected_duration: isSame ? (believed.expected_duration ?? "") : "",
    announced_end: isSame ? (believed.announced_end ?? "") : "",
    confidence: isSame ? believed.confidence : "",
  };
  return { values, affected_populations: [...believed.affected_populations], measures: structuredClone(believed.measures) };
}
