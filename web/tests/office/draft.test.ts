import { beforeEach, describe, expect, test, vi } from "vitest";

import { buildStatement, Draft } from "../../src/office/week/draft";
import { MemoryStorage } from "../memory-storage";
import { buildPoint, buildStatus, buildWeek } from "./weeks";

const NAME = "crossings / serbia draft ";
const BELGRADE = buildPoint();
const NIS = buildPoint({ point: "OA-4612", name: "Nis", opening_hours: "24/7" });
const WEEK = buildWeek(BELGRADE, NIS);

beforeEach(() => {
  vi.stubGlobal("localStorage", new MemoryStorage());
});

const openDraft = (today = WEEK.today): Draft => new Draft(NAME, today);

describe("a draft", () => {
  test("starts empty, assessed today", () => {
    const draft = openDraft();
    expect(draft.isEmpty).toBe(true);
    expect(draft.assessedOn).toBe("2026-01-12");
    expect(draft.buildRows(WEEK)).toEqual([]);
  });

  test("outlives the page", () => {
    const draft = openDraft();
    draft.assessedOn = "2026-01-10";
    draft.setEntry(BELGRADE.point, "same");
    const reopened = openDraft("2026-01-13");
    expect(reopened.assessedOn).toBe("2026-01-10");
    expect(reopened.getState(BELGRADE.point)).toBe("same");
  });

  test("does not store its day without entries", () => {
    openDraft().assessedOn = "2026-01-10";
    expect(openDraft("2026-01-13").assessedOn).toBe("2026-01-13");
  });

  test("reads drafts that were stored before there were opening hours", () => {
    localStorage.setItem(NAME, JSON.stringify({ assessed_on: "2026-01-10", entries: { "OA-4610": "same" } }));
    const draft = openDraft();
    expect(draft.getState(BELGRADE.point)).toBe("same");
    expect(draft.getHours(NIS)).toBe("24/7");
  });

  test("is removed from the browser by clear", () => {
    const draft = openDraft();
    draft.setEntry(BELGRADE.point, "same");
    draft.clear("2026-01-13");
    expect(draft.isEmpty).toBe(true);
    expect(draft.assessedOn).toBe("2026-01-13");
    expect(localStorage.length).toBe(0);
  });

  test("confirms a point with its code and day alone", () => {
    const draft = openDraft();
    draft.setEntry(NIS.point, "same");
    expect(draft.buildRows(WEEK)).toEqual([{ point: "OA-4612", assessed_on: "2026-01-12" }]);
  });

  test("sends a statement without its empty values, in the order of the points", () => {
    const draft = openDraft();
    draft.setEntry(NIS.point, "same");
    draft.setEntry(BELGRADE.point, {
      values: { operational_status: "closed", comment: "" },
      affected_populations: ["tourists"],
      measures: [],
    });
    expect(draft.buildRows(WEEK)).toEqual([
      {
        point: "OA-4610",
        assessed_on: "2026-01-12",
        operational_status: "closed",
        affected_populations: ["tourists"],
        measure_rows: [],
      },
      { point: "OA-4612", assessed_on: "2026-01-12" },
    ]);
  });
});

describe("opening hours", () => {
  test("alone are a change", () => {
    const draft = openDraft();
    draft.setHours(NIS, "Mo-Fr 08:00-18:00");
    expect(draft.getState(NIS.point)).toBe("changed");
    expect(draft.getHours(NIS)).toBe("Mo-Fr 08:00-18:00");
    expect(draft.buildRows(WEEK)).toEqual([
      { point: "OA-4612", assessed_on: "2026-01-12", opening_hours: "Mo-Fr 08:00-18:00" },
    ]);
  });

  test("are removed by an empty field, which is sent as a dash", () => {
    const draft = openDraft();
    draft.setHours(NIS, "");
    expect(draft.getHours(NIS)).toBe("");
    expect(draft.buildRows(WEEK)).toEqual([{ point: "OA-4612", assessed_on: "2026-01-12", opening_hours: "-" }]);
  });

  test("are no change when they are those of the register again", () => {
    const draft = openDraft();
    draft.setHours(NIS, "Mo-Fr 08:00-18:00");
    draft.setHours(NIS, "24/7");
    expect(draft.isEmpty).toBe(true);
  });

  test("are removed together with the entry of their point", () => {
    const draft = openDraft();
    draft.setEntry(NIS.point, "same");
    draft.setHours(NIS, "");
    draft.setEntry(NIS.point, undefined);
    expect(draft.getState(NIS.point)).toBe("nothing");
    expect(draft.getHours(NIS)).toBe("24/7");
  });
});

describe("a statement", () => {
  const status = buildStatus({
    announced_end: "2026-02-01",
    valid_until: "2026-02-01",
    affected_populations: ["tourists"],
  });
  const point = buildPoint({ believed: status });

  test("of a point without a status has the new status only", () => {
    const statement = buildStatement(buildPoint({ believed: null }), "closed");
    expect(statement).toEqual({ values: { operational_status: "closed" }, affected_populations: [], measures: [] });
  });

  test("starts with the current values if the status is the same", () => {
    expect(buildStatement(point, "open").values).toMatchObject({
      announced_end: "2026-02-01",
      confidence: "confirmed",
    });
  });

  test("leaves the announced end of the old status out of a new one", () => {
    const { values, affected_populations } = buildStatement(point, "closed");
    expect(values).toMatchObject({ operational_status: "closed", announced_end: "", valid_until: "", confidence: "" });
    expect(affected_populations).toEqual(["tourists"]);
  });

  test("can be edited without changing the week", () => {
    buildStatement(point, "open").affected_populations.push("migrants");
    expect(status.affected_populations).toEqual(["tourists"]);
  });
});
