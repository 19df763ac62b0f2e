import { STATUS_GROUPS } from "../../shared/categories";
import { addDays, listMondays } from "../../shared/days";
import { createElement } from "../../shared/elements";
import { createLegendEntry, createSwatch } from "../../shared/legend-entries";
import { buildTimeQuery, type ViewState } from "../state/view-state";
import type { MapTranslations } from "../translations";

/** For the whole world the service needs 0.9 s; for all weeks since 2020 it needed more than ten seconds. */
const WEEKS = 26;
const GROUPS = [...STATUS_GROUPS].reverse().map(({ value, colour }) => ({ group: String(value), colour }));

export interface Statistics {
  rows: {
    week: string;
    status_group: string | null;
    measure?: string | null;
    affected_population?: string | null;
    points: number;
    of_points: number;
    share: number | null;
  }[];
}

/** The shares of a week, on its last day that is shown. */
interface Week {
  day: string;
  shares: Map<string, number>;
  assessed: number;
  /** Null if a filter is on a property of assessments. */
  notAssessed: number | null;
}

/** Build the path of the shares. It has no status filter: the share of a status among its own points is 100 %. */
export function buildSharesPath(state: ViewState, box: Record<string, string>): string {
  const groups = ["week", state.measure && "measure", state.population && "affected_population", "status_group"];
  const places = { region: state.region, country: state.country, poe_type: state.poeType };
  const query = new URLSearchParams({
    ...buildTimeQuery(state),
    datetime: `${listMondays(state.day, WEEKS)[0]}/${state.day}`,
    group_by: groups.filter(Boolean).join(),
    ...Object.fromEntries(Object.entries(places).filter(([, value]) => value !== "")),
    ...box,
    f: "json",
  });
  return `/statistics?${query.toString()}`;
}

/**
 * Create a chart with a column for each week up to the day, stacked by status group; a click on one shows its day.
 *
 * Built without a chart library: stacking, the direction in Arabic and the text equivalent would need code here
 * as well, and such a library is larger than the map page's own script.
 */
export function createShareChart(
  statistics: Statistics,
  state: ViewState,
  translations: MapTranslations,
  onChoose: (day: string) => void,
): Node[] {
  const weeks = collectWeeks(statistics, state);
  const points =
    state.poeType === "" ? translations.get("points_of_entry") : translations.getLabel("poe_type", state.poeType);
  const caption = translations.get("shares_of", { points });
  const columns = createElement(
    "div",
    { class: "shares", "aria-hidden": "true" },
    ...weeks.map((week) => createColumn(week, translations, onChoose)),
  );
  const [first, last] = [weeks[0], weeks.at(-1)] as [Week, Week];
  const axis = createElement(
    "div",
    { class: "days", "aria-hidden": "true" },
    createElement("span", {}, translations.formatDay(first.day)),
    createElement("span", {}, translations.formatDay(last.day)),
  );
  const colours = GROUPS.map(({ group, colour }) =>
    createLegendEntry(
      createSwatch(colour, ""),
      `${translations.getLabel("status_group", group)}: ${formatWeekShare(last, group, translations)}`,
    ),
  );
  const counts = createElement("p", {}, formatCounts(last, translations).join(" · "));
  return [
    createElement("p", { class: "quiet" }, caption),
    columns,
    axis,
    createElement("ul", {}, ...colours),
    counts,
    createTable(weeks, caption, translations),
  ];
}

function collectWeeks({ rows }: Statistics, state: ViewState): Week[] {
  const query = rows.filter(
    ({ measure, affected_population: population }) =>
      (measure ?? "") === state.measure && (population ?? "") === state.population,
  );
  return listMondays(state.day, WEEKS).map((monday) => {
    const weekRows = query.filter(({ week }) => week === monday);
    const sunday = addDays(monday, 6);
    return {
      // biome-ignore lint/complexity/useMathMinMax: days are texts.
      day: sunday < state.day ? sunday : state.day,
      shares: new Map(weekRows.map(({ status_group: group, share: part }) => [group ?? "", part ?? 0])),
      assessed: weekRows.find(({ status_group: group }) => group !== null)?.of_points ?? 0,
      notAssessed:
        state.measure || state.population
          ? null
          : (weekRows.find(({ status_group: group }) => group === null)?.points ?? 0),
    };
  });
}

function createColumn(week: Week, translations: MapTranslations, onChoose: (day: string) => void): HTMLElement {
  const parts = GROUPS.map(({ group, colour }) => {
    const part = createElement("span", {});
    part.style.blockSize = `${100 * (week.shares.get(group) ?? 0)}%`;
    part.style.background = colour;
    return part;
  });
  const groupShares = GROUPS.map(
    ({ group }) => `${translations.getLabel("status_group", group)}: ${formatWeekShare(week, group, translations)}`,
  );
  const created = createElement(
    "div",
    { title: [translations.formatDay(week.day), ...groupShares, ...formatCounts(week, translations)].join("\n") },
    ...parts,
  );
  created.addEventListener("click", () => onChoose(week.day));
  return created;
}

/** Create the chart's text equivalent, a table for screen readers. */
function createTable(weeks: Week[], caption: string, translations: MapTranslations): HTMLElement {
  const labels = GROUPS.map(({ group }) => translations.getLabel("status_group", group));
  const heads = [translations.get("day"), ...labels, translations.get("assessed"), translations.get("not_assessed")];
  const rows = weeks.map((week) => {
    const numbers = [week.assessed, week.notAssessed].map((number) =>
      number === null ? "–" : translations.formatNumber(number),
    );
    const cells = [...GROUPS.map(({ group }) => formatWeekShare(week, group, translations)), ...numbers];
    return createElement(
      "tr",
      {},
      createElement("th", { scope: "row" }, translations.formatDay(week.day)),
      ...cells.map((cell) => createElement("td", {}, cell)),
    );
  });
  const head = createElement("tr", {}, ...heads.map((text) => createElement("th", { scope: "col" }, text)));
  const created = createElement(
    "table",
    {},
    createElement("caption", {}, caption),
    createElement("thead", {}, head),
    createElement("tbody", {}, ...rows),
  );
  return createElement("div", { class: "unseen" }, created);
}

function formatWeekShare(week: Week, group: string, translations: MapTranslations): string {
  return week.assessed === 0 ? "–" : translations.formatShare(week.shares.get(group) ?? 0);
}

function formatCounts({ assessed, notAssessed }: Week, translations: MapTranslations): string[] {
  const counts = [`${translations.get("assessed")}: ${translations.formatNumber(assessed)}`];
  return notAssessed === null
    ? counts
    : [...counts, `${translations.get("not_assessed")}: ${translations.formatNumber(notAssessed)}`];
}
