import { addDays } from "../../shared/days";

/** The state of the map, all of which is in its URL: a link shows the same picture. */
export interface ViewState {
  day: string;
  step: "day" | "week";
  region: string;
  country: string;
  poeType: string;
  statusGroup: string;
  /** Show only points with an old last report, or without any. */
  lastReport: "" | keyof typeof LAST_REPORTS;
  measure: string;
  population: string;
  /** Show the changes within this time up to the day, in place of the statuses of the day. */
  changes: "" | keyof typeof CHANGED_WITHIN_DAYS;
  /** Whether candidates are shown: places that no office confirmed. */
  hasCandidates: boolean;
  /** Whether countries are shaded by their level. */
  hasLevels: boolean;
  /** Longitude, latitude, zoom level. */
  at: [number, number, number];
  /** Whether the URL has neither a place nor a day: the map then opens at the latest reports. */
  isOpening: boolean;
  /** Code of the point whose card is open, or empty. */
  point: string;
  language: string;
  /** Show what was known at this moment; empty for now. */
  asKnownAt: string;
}

export const CHANGED_WITHIN_DAYS = { week: 7, month: 28 } as const;

/** The parameters of filters, in the URL of the page and in requests. */
const FILTERS = { region: "region", country: "country", poeType: "poe_type", statusGroup: "status_group" } as const;
/** Filters on lists, sent as a condition: the parameter in the URL of the page, and the property. */
const LIST_FILTERS = {
  measure: ["measure", "measures"],
  population: ["affected_population", "affected_populations"],
} as const;
const WITH_CANDIDATES = "active,candidate";
/** The parameters for points with an old last report or without any, in the URL of the page and in requests. */
const LAST_REPORTS = { stale: ["stale", "true"], not_assessed: ["assessed", "false"] } as const;
const WORLD_VIEW: [number, number, number] = [15, 25, 1.6];

export function readState(search: URLSearchParams, shownDay: string, languages: string[]): ViewState {
  const readText = (name: string): string => search.get(name) ?? "";
  const language = readText("lang") || (navigator.language.split("-")[0] ?? "");
  return {
    day: /^\d{4}-\d\d-\d\d$/.test(readText("datetime")) ? readText("datetime") : shownDay,
    step: readText("step") === "day" ? "day" : "week",
    region: readText("region"),
    country: readText("country").toUpperCase(),
    poeType: readText("poe_type"),
    statusGroup: readText("status_group"),
    lastReport: readText("stale") === "true" ? "stale" : readText("assessed") === "false" ? "not_assessed" : "",
    measure: readText("measure"),
    population: readText("affected_population"),
    changes:
      readText("changes") in CHANGED_WITHIN_DAYS ? (readText("changes") as keyof typeof CHANGED_WITHIN_DAYS) : "",
    hasCandidates: readText("lifecycle") === WITH_CANDIDATES,
    hasLevels: readText("levels") !== "off",
    at: parsePlace(readText("at")) ?? WORLD_VIEW,
    isOpening: ["at", "datetime", "region", "country", "point"].every((name) => readText(name) === ""),
    point: readText("point"),
    language: languages.includes(language) ? language : "en",
    asKnownAt: readText("as_known_at"),
  };
}

function parsePlace(text: string): [number, number, number] | null {
  const numbers = text.split(",").map(Number);
  return numbers.length === 3 && numbers.every(Number.isFinite) ? (numbers as [number, number, number]) : null;
}

/** Build the query of this view's URL; defaults are left out. */
export function writeState(state: ViewState, shownDay: string, isEmbedded: boolean): string {
  const parameters: Record<string, string> = {
    datetime: state.day === shownDay ? "" : state.day,
    step: state.step === "week" ? "" : state.step,
    ...selectFilters(state),
    ...selectLastReport(state),
    measure: state.measure,
    affected_population: state.population,
    changes: state.changes,
    lifecycle: state.hasCandidates ? WITH_CANDIDATES : "",
    levels: state.hasLevels ? "" : "off",
    as_known_at: state.asKnownAt,
    at: state.at.map((number, axis) => number.toFixed(axis === 2 ? 1 : 3)).join(","),
    point: state.point,
    lang: state.language,
    embed: isEmbedded ? "1" : "",
  };
  const nonEmpty = Object.entries(parameters).filter(([, value]) => value !== "");
  return `?${new URLSearchParams(nonEmpty).toString().replaceAll("%2C", ",")}`;
}

function selectFilters(state: ViewState): Record<string, string> {
  const nonEmpty = Object.entries(FILTERS).map(([key, name]) => [name, state[key as keyof typeof FILTERS]] as const);
  return Object.fromEntries(nonEmpty.filter(([, value]) => value !== ""));
}

function selectLastReport(state: ViewState): Record<string, string> {
  return state.lastReport === "" ? {} : Object.fromEntries([LAST_REPORTS[state.lastReport]]);
}

/** Build the parameters of a request from the filters. */
export function buildFilters(state: ViewState): Record<string, string> {
  const conditions = Object.entries(LIST_FILTERS).flatMap(([key, [, property]]) => {
    // Changes have measures, but no affected populations.
    if (state.changes !== "" && key === "population") return [];
    const code = state[key as keyof typeof LIST_FILTERS].replaceAll("'", "''");
    return code === "" ? [] : [`A_CONTAINS(${property}, ('${code}'))`];
  });
  // A change always has a report.
  const plain = state.changes === "" ? { ...selectFilters(state), ...selectLastReport(state) } : selectFilters(state);
  return conditions.length === 0 ? plain : { ...plain, filter: conditions.join(" AND ") };
}

/** Whether any filter is set. */
export function hasFilters(state: ViewState): boolean {
  return Object.keys(buildFilters(state)).length > 0;
}

/** Build the parameters for the day and the moment of knowledge. */
export function buildTimeQuery(state: ViewState): Record<string, string> {
  return buildKnownQuery(state, state.day);
}

/** Select the collection of the view and its time parameters: an interval for changes, a day for statuses. */
export function selectCollection(
  state: ViewState,
): [collection: "points-of-entry" | "changes", clocks: Record<string, string>] {
  if (state.changes === "") return ["points-of-entry", buildTimeQuery(state)];
  const since = addDays(state.day, -CHANGED_WITHIN_DAYS[state.changes]);
  return ["changes", buildKnownQuery(state, `${since}/${state.day}`)];
}

function buildKnownQuery(state: ViewState, datetime: string): Record<string, string> {
  return state.asKnownAt === "" ? { datetime } : { datetime, as_known_at: state.asKnownAt };
}
