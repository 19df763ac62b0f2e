import { dayAfter, daysBetween } from "./days";
import { button, element } from "./elements";
import type { Words } from "./words";

/** West, south, east and north in degrees; east is beyond 180 where the box crosses the antimeridian. */
export type Box = [number, number, number, number];

export interface Span {
  first: string;
  last: string;
  /** The last day with reports, or else with levels of countries: where Play ends. */
  lastKnown: string;
}

/** The day and place on which the map opens, from the page: one more request would delay the first picture. */
export interface Opening {
  span: Span;
  day: string;
  basis: "reports" | "levels" | "nothing";
  box: Box | null;
}

export interface ReportedWeek {
  week: string;
  assessments: number;
  statuses_begun: number;
  levels_changed: number;
}

export function readOpening(page: HTMLElement): Opening {
  const { firstDay = "", lastDay = "", lastKnownDay = "", shownDay = "", shownBasis = "", shownBox = "" } = page.dataset;
  const box = shownBox.split(",").map(Number);
  return {
    span: { first: firstDay, last: lastDay, lastKnown: lastKnownDay },
    day: shownDay,
    basis: shownBasis === "reports" || shownBasis === "levels" ? shownBasis : "nothing",
    box: shownBox !== "" && box.length === 4 ? (box as Box) : null,
  };
}

/** One sentence on the day that is shown, with a button to today; without any report, where to begin. */
export function openingNotice(opening: Opening, words: Words, goTo: (day: string) => void, root: string): HTMLElement {
  const { basis, day, span } = opening;
  const notice = element("p", { class: "day-shown", role: "note" }, words.say(`showing_${basis}`, { day: words.day(day) }));
  if (day < span.last) notice.append(" ", words.say("nothing_today"), " ", button(words.say("show_today"), () => goTo(span.last)));
  // Also out of a frame: the landing page has the map in one, and opened itself within itself.
  if (basis !== "reports") notice.append(" ", element("a", { href: `${root}/#ways-on`, target: "_top" }, words.say("where_to_begin")));
  return notice;
}

/**
 * Years and a histogram below the slider: reports of points in blue, over changes of countries' levels in grey.
 * It has no words of its own: `/days` has the numbers as a table.
 */
export function reportsChart(span: Span, words: Words): { element: HTMLElement; show: (weeks: ReportedWeek[]) => void } {
  const chart = element("div", { class: "reports-chart", "aria-hidden": "true", title: words.say("reports_by_week") });
  const total = Math.max(1, daysBetween(span.first, span.last));
  const share = (days: number): string => `${((100 * days) / total).toFixed(3)}%`;
  for (let year = Number(dayAfter(span.first, -1).slice(0, 4)) + 1; year <= Number(span.last.slice(0, 4)); year += 1) {
    const tick = element("span", { class: "year" }, String(year));
    tick.style.left = share(daysBetween(span.first, `${year}-01-01`));
    chart.append(tick);
  }
  const show = (weeks: ReportedWeek[]): void => {
    const shown = byQuarterWhereNarrow(weeks, total / Math.max(1, chart.clientWidth)).filter(({ last }) => last >= span.first);
    // Levels first: reports are drawn over them.
    for (const kind of ["levels", "reports"] as const) {
      const most = Math.max(1, ...shown.map((each) => each[kind]));
      for (const { first, last, [kind]: number } of shown) if (number > 0) chart.append(bar(kind, first, last, number / most));
    }
  };
  const bar = (kind: string, first: string, last: string, height: number): HTMLElement => {
    const start = first < span.first ? span.first : first;
    const drawn = element("span", { class: `bar ${kind}` });
    drawn.style.left = share(daysBetween(span.first, start));
    drawn.style.width = `max(2px, ${share(daysBetween(start, last) + 1)})`;
    // A week of one report is seen beside one of a thousand.
    drawn.style.height = `${Math.max(0.15, 0.95 * Math.sqrt(height)).toFixed(2)}rem`;
    return drawn;
  };
  return { element: chart, show };
}

interface Bar {
  first: string;
  last: string;
  reports: number;
  levels: number;
}

/** Weeks, or quarters where a week is narrower than two pixels. */
function byQuarterWhereNarrow(weeks: ReportedWeek[], daysPerPixel: number): Bar[] {
  const isNarrow = 7 / daysPerPixel < 2;
  const bars = new Map<string, Bar>();
  for (const { week, assessments, statuses_begun: begun, levels_changed: levels } of weeks) {
    const first = isNarrow ? quarterOf(week) : week;
    const last = dayAfter(isNarrow ? quarterOf(dayAfter(first, 100)) : dayAfter(week, 7), -1);
    const bar = bars.get(first) ?? { first, last, reports: 0, levels: 0 };
    bar.reports += Math.max(assessments, begun);
    bar.levels += levels;
    bars.set(first, bar);
  }
  return [...bars.values()];
}

/** The first day of the quarter of a day. */
function quarterOf(day: string): string {
  const month = 3 * Math.floor((Number(day.slice(5, 7)) - 1) / 3) + 1;
  return `${day.slice(0, 4)}-${String(month).padStart(2, "0")}-01`;
}
