import { STATUS_GROUPS } from "../categories";
import { dayAfter, weeksUpTo } from "./days";
import { element } from "./elements";
import { entry, swatch } from "./map-legend";
import { clocks, type ViewState } from "./view-state";
import type { Words } from "./words";

/** The world's take 0.9 s, those of Europe 0.15 s; all weeks since 2020 took more than ten seconds. */
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

/** What is known of the points of a week, on its last day that is shown. */
interface Week {
  day: string;
  shares: Map<string, number>;
  assessed: number;
  /** Null where the filters ask for what only an assessment tells. */
  notAssessed: number | null;
}

/** Asks for every status: of the points of one status alone, its share is all. */
export function sharesQuestion(state: ViewState, box: Record<string, string>): string {
  const groups = ["week", state.measure && "measure", state.population && "affected_population", "status_group"];
  const places = { region: state.region, country: state.country, poe_type: state.poeType };
  const asked = new URLSearchParams({
    ...clocks(state),
    datetime: `${weeksUpTo(state.day, WEEKS)[0]}/${state.day}`,
    group_by: groups.filter(Boolean).join(),
    ...Object.fromEntries(Object.entries(places).filter(([, value]) => value !== "")),
    ...box,
    f: "json",
  });
  return `/statistics?${asked.toString()}`;
}

/**
 * A column for each week up to the day, stacked by status group; a click on one shows its day.
 *
 * In elements and not by a library: those for charts would have their stacking, their turning round for Arabic and
 * their text equivalent written here all the same, and are larger than the rest of the map's own script.
 */
export function shareChart(statistics: Statistics, state: ViewState, words: Words, show: (day: string) => void): Node[] {
  const weeks = weeksOf(statistics, state);
  const points = state.poeType === "" ? words.say("points_of_entry") : words.label("poe_type", state.poeType);
  const caption = words.say("shares_of", { points });
  const columns = element("div", { class: "shares", "aria-hidden": "true" }, ...weeks.map((week) => column(week, words, show)));
  const [first, last] = [weeks[0], weeks.at(-1)] as [Week, Week];
  const axis = element("div", { class: "days", "aria-hidden": "true" }, element("span", {}, words.day(first.day)), element("span", {}, words.day(last.day)));
  const colours = GROUPS.map(({ group, colour }) => entry(swatch(colour, ""), `${words.label("status_group", group)}: ${share(last, group, words)}`));
  const counts = element("p", {}, counted(last, words).join(" · "));
  return [element("p", { class: "quiet" }, caption), columns, axis, element("ul", {}, ...colours), counts, table(weeks, caption, words)];
}

function weeksOf({ rows }: Statistics, state: ViewState): Week[] {
  const asked = rows.filter(
    ({ measure, affected_population: population }) => (measure ?? "") === state.measure && (population ?? "") === state.population,
  );
  return weeksUpTo(state.day, WEEKS).map((monday) => {
    const those = asked.filter(({ week }) => week === monday);
    const sunday = dayAfter(monday, 6);
    return {
      day: sunday < state.day ? sunday : state.day,
      shares: new Map(those.map(({ status_group: group, share: part }) => [group ?? "", part ?? 0])),
      assessed: those.find(({ status_group: group }) => group !== null)?.of_points ?? 0,
      notAssessed: state.measure || state.population ? null : (those.find(({ status_group: group }) => group === null)?.points ?? 0),
    };
  });
}

function column(week: Week, words: Words, show: (day: string) => void): HTMLElement {
  const parts = GROUPS.map(({ group, colour }) => {
    const part = element("span", {});
    part.style.blockSize = `${100 * (week.shares.get(group) ?? 0)}%`;
    part.style.background = colour;
    return part;
  });
  const told = GROUPS.map(({ group }) => `${words.label("status_group", group)}: ${share(week, group, words)}`);
  const made = element("div", { title: [words.day(week.day), ...told, ...counted(week, words)].join("\n") }, ...parts);
  made.addEventListener("click", () => show(week.day));
  return made;
}

/** The same for who does not see it. */
function table(weeks: Week[], caption: string, words: Words): HTMLElement {
  const labels = GROUPS.map(({ group }) => words.label("status_group", group));
  const heads = [words.say("day"), ...labels, words.say("assessed"), words.say("not_assessed")];
  const rows = weeks.map((week) => {
    const numbers = [week.assessed, week.notAssessed].map((number) => (number === null ? "–" : words.number(number)));
    const cells = [...GROUPS.map(({ group }) => share(week, group, words)), ...numbers];
    return element("tr", {}, element("th", { scope: "row" }, words.day(week.day)), ...cells.map((cell) => element("td", {}, cell)));
  });
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const made = element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...rows));
  return element("div", { class: "unseen" }, made);
}

function share(week: Week, group: string, words: Words): string {
  return week.assessed === 0 ? "–" : words.share(week.shares.get(group) ?? 0);
}

function counted({ assessed, notAssessed }: Week, words: Words): string[] {
  const counts = [`${words.say("assessed")}: ${words.number(assessed)}`];
  return notAssessed === null ? counts : [...counts, `${words.say("not_assessed")}: ${words.number(notAssessed)}`];
}
