const DAY_MS = 86_400_000;

/** Count the days from `first` to `last`, calendar days without a time zone. */
export function countDays(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS);
}

/** Read from the page after how many days without an assessment a status is stale, a setting of the service. */
export function readStaleAfterDays(): number {
  return Number(document.querySelector<HTMLElement>("[data-stale-after-d]")?.dataset["staleAfterD"] ?? 28);
}

/** Return the latest day of a last assessment that is stale on `day`. */
export function getLastStaleDay(day: string): string {
  return addDays(day, -readStaleAfterDays());
}

/** Whether a status last assessed on the day `assessed` is stale on `day`; never assessed (empty) is not stale. */
export function isStale(assessed: string, day: string): boolean {
  return assessed !== "" && assessed <= getLastStaleDay(day);
}

/** List the Mondays of `count` ISO weeks, the last of which contains `day`. */
export function listMondays(day: string, count: number): string[] {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return Array.from({ length: count }, (_, place) => addDays(day, -weekday - 7 * (count - 1 - place)));
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
