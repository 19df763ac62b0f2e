const A_DAY_MS = 86_400_000;

/** Days between two calendar days, which have no time zone. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / A_DAY_MS);
}

/** The days after its last assessment from which a status is stale: the page has what the service is set to. */
export function staleAfterDays(): number {
  return Number(document.querySelector<HTMLElement>("[data-stale-after-d]")?.dataset["staleAfterD"] ?? 28);
}

/** What was last assessed on this day or before is stale on `day`. */
export function lastStaleDay(day: string): string {
  return dayAfter(day, -staleAfterDays());
}

/** Whether a status that was last assessed on the day `assessed`, if ever, is stale on `day`. */
export function isStale(assessed: string, day: string): boolean {
  return assessed !== "" && assessed <= lastStaleDay(day);
}

/** The first days of the ISO weeks up to that of `day`, which is the last of them. */
export function weeksUpTo(day: string, count: number): string[] {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return Array.from({ length: count }, (_, place) => dayAfter(day, -weekday - 7 * (count - 1 - place)));
}

export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * A_DAY_MS).toISOString().slice(0, 10);
}
