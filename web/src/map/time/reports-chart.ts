import { addDays, countDays } from "../../shared/days";
import { createElement } from "../../shared/elements";
import type { ReportedWeek } from "../service";
import type { MapTranslations } from "../translations";
import type { Span } from "./opening";

/**
 * Create the years and the histogram below the slider: reports of points in blue, over changes of countries' levels
 * in grey. It has no text equivalent here: `/days` has the numbers as a table.
 */
export function createReportsChart(
  span: Span,
  translations: MapTranslations,
): { element: HTMLElement; show: (weeks: ReportedWeek[]) => void } {
  const chart = createElement("div", {
    class: "reports-chart",
    "aria-hidden": "true",
    title: translations.get("reports_by_week"),
  });
  const total = Math.max(1, countDays(span.first, span.last));
  const formatPosition = (days: number): string => `${((100 * days) / total).toFixed(3)}%`;
  for (let year = Number(addDays(span.first, -1).slice(0, 4)) + 1; year <= Number(span.last.slice(0, 4)); year += 1) {
    const mark = createElement("span", { class: "year" }, String(year));
    mark.style.left = formatPosition(countDays(span.first, `${year}-01-01`));
    chart.append(mark);
  }
  const show = (weeks: ReportedWeek[]): void => {
    const bars = groupWeeks(weeks, total / Math.max(1, chart.clientWidth)).filter(({ last }) => last >= span.first);
    // Levels come first, because reports are drawn over them.
    for (const kind of ["levels", "reports"] as const) {
      const max = Math.max(1, ...bars.map((each) => each[kind]));
      for (const { first, last, [kind]: number } of bars)
        if (number > 0) chart.append(createBar(kind, first, last, number / max));
    }
  };
  const createBar = (kind: string, first: string, last: string, height: number): HTMLElement => {
    const start = first < span.first ? span.first : first;
    const created = createElement("span", { class: `bar ${kind}` });
    created.style.left = formatPosition(countDays(span.first, start));
    created.style.width = `max(2px, ${formatPosition(countDays(start, last) + 1)})`;
    // By the square root, a week with one report is visible beside one with a thousand.
    created.style.height = `${Math.max(0.15, 0.95 * Math.sqrt(height)).toFixed(2)}rem`;
    return created;
  };
  return { element: chart, show };
}

interface Bar {
  first: string;
  last: string;
  reports: number;
  levels: number;
}

/** Group weeks by quarter if a week is narrower than two pixels. */
function groupWeeks(weeks: ReportedWeek[], daysPerPixel: number): Bar[] {
  const isNarrow = 7 / daysPerPixel < 2;
  const bars = new Map<string, Bar>();
  for (const { week, assessments, statuses_begun: begun, levels_changed: levels } of weeks) {
    const first = isNarrow ? getQuarterStart(week) : week;
    const last = addDays(isNarrow ? getQuarterStart(addDays(first, 100)) : addDays(week, 7), -1);
    const bar = bars.get(first) ?? { first, last, reports: 0, levels: 0 };
    bar.reports += Math.max(assessments, begun);
    bar.levels += levels;
    bars.set(first, bar);
  }
  return [...bars.values()];
}

/** Return the first day of the quarter of a day. */
function getQuarterStart(day: string): string {
  const month = 3 * Math.floor((Number(day.slice(5, 7)) - 1) / 3) + 1;
  return `${day.slice(0, 4)}-${String(month).padStart(2, "0")}-01`;
}
