import { afterEach, describe, expect, test, vi } from "vitest";

import { addDays, countDays, getLastStaleDay, isStale, listMondays, readStaleAfterDays } from "../../src/shared/days";

function stubPage(staleAfterDays: string | null): void {
  const dataset = { staleAfterD: staleAfterDays };
  vi.stubGlobal("document", { querySelector: () => (staleAfterDays === null ? null : { dataset }) });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("calendar days", () => {
  test.each([
    ["2020-02-28", 1, "2020-02-29"],
    ["2020-12-31", 1, "2021-01-01"],
    ["2020-03-01", -1, "2020-02-29"],
    // Clocks change in many countries on these days.
    ["2020-03-29", 1, "2020-03-30"],
    ["2020-10-25", 7, "2020-11-01"],
  ])("%s and %i days is %s", (day, days, expected) => {
    expect(addDays(day, days)).toBe(expected);
    expect(countDays(day, expected)).toBe(days);
  });

  test.each(["2026-01-12", "2026-01-14", "2026-01-18"])("the week of %s is the last of three", (day) => {
    expect(listMondays(day, 3)).toEqual(["2025-12-29", "2026-01-05", "2026-01-12"]);
  });
});

describe("a status", () => {
  test("is stale from the day that is set in the page", () => {
    stubPage("14");
    expect(getLastStaleDay("2026-01-15")).toBe("2026-01-01");
    expect(isStale("2026-01-01", "2026-01-15")).toBe(true);
    expect(isStale("2026-01-02", "2026-01-15")).toBe(false);
  });

  test("that was never assessed is not stale", () => {
    stubPage("14");
    expect(isStale("", "2026-01-15")).toBe(false);
  });

  test("is stale after 28 days on a page without the setting", () => {
    stubPage(null);
    expect(readStaleAfterDays()).toBe(28);
  });
});
