import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import {
  buildFilters,
  buildTimeQuery,
  hasFilters,
  readState,
  selectCollection,
  type ViewState,
  writeState,
} from "../../src/map/state/view-state";

const OPENING_DAY = "2026-01-12";
const LANGUAGES = ["en", "fr", "es", "ar"];
const read = (query: string): ViewState => readState(new URLSearchParams(query), OPENING_DAY, LANGUAGES);

beforeEach(() => {
  vi.stubGlobal("navigator", { language: "fr-CH" });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the state of a plain address", () => {
  const openPlain = (): ViewState => read("");

  test("is the opening view in the language of the browser", () => {
    expect(openPlain()).toMatchObject({
      day: OPENING_DAY,
      step: "week",
      language: "fr",
      hasLevels: true,
      isOpening: true,
    });
    expect(hasFilters(openPlain())).toBe(false);
  });

  test("is English where the browser's language has no texts", () => {
    vi.stubGlobal("navigator", { language: "de" });
    expect(openPlain().language).toBe("en");
  });
});

describe("the address", () => {
  test.each([
    "at=15.000,25.000,1.6&lang=en",
    "datetime=2020-05-01&at=20.310,44.820,9.0&point=OA-4610&lang=ar",
    "step=day&region=SEEECA&country=SRB&poe_type=airport&status_group=fully_closed&at=1.000,2.000,3.0&lang=en",
    "stale=true&measure=movement_restricted&affected_population=tourists&at=1.000,2.000,3.0&lang=es",
    "assessed=false&lifecycle=active,candidate&levels=off&at=1.000,2.000,3.0&lang=en",
    "changes=month&as_known_at=2020-06-01T00:00:00Z&at=1.000,2.000,3.0&lang=fr",
  ])("%s is the same after reading and writing", (query) => {
    const written = new URLSearchParams(writeState(read(query), OPENING_DAY, false));
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(new URLSearchParams(query)));
  });

  test("leaves the day of the opening view out", () => {
    expect(writeState(read("lang=en"), OPENING_DAY, false)).toBe("?at=15.000,25.000,1.6&lang=en");
  });

  test("of an embedded map has embed=1", () => {
    expect(writeState(read("lang=en"), OPENING_DAY, true)).toBe("?at=15.000,25.000,1.6&lang=en&embed=1");
  });

  test.each(["datetime=yesterday", "at=1,2", "at=a,b,c", "step=month", "changes=decade", "lang=de"])(
    "%s is ignored",
    (query) => {
      const { day, at, step, changes, language } = read(query);
      expect({ day, at, step, changes }).toEqual({ day: OPENING_DAY, at: [15, 25, 1.6], step: "week", changes: "" });
      expect(language).toBe(query === "lang=de" ? "en" : "fr");
    },
  );

  test.each(["at=1,2,3", "datetime=2020-05-01", "region=SEEECA", "country=SRB", "point=OA-4610"])(
    "%s is not the opening view",
    (query) => expect(read(query).isOpening).toBe(false),
  );
});

describe("the filters of a request", () => {
  test("are named as in the address", () => {
    expect(buildFilters(read("region=SEEECA&country=srb&stale=true"))).toEqual({
      region: "SEEECA",
      country: "SRB",
      stale: "true",
    });
  });

  test("on lists are conditions, with quotes escaped", () => {
    expect(buildFilters(read("measure=a'b&affected_population=tourists"))).toEqual({
      filter: "A_CONTAINS(measures, ('a''b')) AND A_CONTAINS(affected_populations, ('tourists'))",
    });
  });

  test("of changes have neither the last report nor populations", () => {
    expect(buildFilters(read("changes=week&stale=true&affected_population=tourists&country=SRB"))).toEqual({
      country: "SRB",
    });
  });
});

describe("the time of a request", () => {
  test("is the day, and the moment of knowledge if there is one", () => {
    expect(buildTimeQuery(read("datetime=2020-05-01"))).toEqual({ datetime: "2020-05-01" });
    expect(buildTimeQuery(read("datetime=2020-05-01&as_known_at=2020-06-01T00:00:00Z"))).toEqual({
      datetime: "2020-05-01",
      as_known_at: "2020-06-01T00:00:00Z",
    });
  });

  test.each([
    ["week", "2020-04-24/2020-05-01"],
    ["month", "2020-04-03/2020-05-01"],
  ])("of changes in a %s is an interval", (changes, datetime) => {
    expect(selectCollection(read(`datetime=2020-05-01&changes=${changes}`))).toEqual(["changes", { datetime }]);
  });

  test("of statuses is a day", () => {
    expect(selectCollection(read(""))).toEqual(["points-of-entry", { datetime: OPENING_DAY }]);
  });
});
