const DAY_MS = 86_400_000;

/** Days between two calendar days, which have no time zone. */
export function countDays(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS);
}

/** The days after its last assessment from which a status is stale: the page has what the service is set to. */
export function readStaleAfterDays(): number {
  return Number(document.querySelector<HTMLElement>("[data-stale-after-d]")?.dataset["staleAfterD"] ?? 28);
}

/** What was last assessed on this day or before is stale on `day`. */
export function getLastStaleDay(day: string): string {
  return addDays(day, -readStaleAfterDays());
}

/** Whether a status that was last assessed on the day `assessed`, if ever, is stale on `day`. */
export function isStale(assessed: string, day: string): boolean {
  return assessed !== "" && assessed <= getLastStaleDay(day);
}

/** The first days of the ISO weeks up to that of `day`, which is the last of them. */
export function listMondays(day: string, count: number): string[] {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return Array.from({ length: count }, (_, place) => addDays(day, -weekday - 7 * (count - 1 - place)));
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
