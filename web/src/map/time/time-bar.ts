import { addDays, countDays } from "../../shared/days";
import { createButton, createElement, createSelect } from "../../shared/elements";
import type { ReportedWeek } from "../service";
import type { ViewState } from "../state/view-state";
import type { MapTranslations } from "../translations";
import type { Span } from "./opening";
import { createReportsChart } from "./reports-chart";

export const STEPS_DAYS = { day: 1, week: 7 };
/** How long Play shows each picture at least. */
const PAUSE_MS = 250;

export interface TimeBar {
  element: HTMLElement;
  /** Show this day, or the first day if it is earlier. */
  goTo: (day: string) => void;
  /** Draw the histogram of reports. */
  showReports: (weeks: ReportedWeek[]) => void;
}

/** Create the slider over the days, with steps and Play. `onChange` draws, and resolves to whether all was loaded. */
export function createTimeBar(
  state: ViewState,
  span: Span,
  translations: MapTranslations,
  onChange: (change: Partial<ViewState>) => Promise<boolean>,
): TimeBar {
  const last = countDays(span.first, span.last);
  const slider = createElement("input", {
    type: "range",
    min: "0",
    max: String(last),
    step: "1",
    "aria-label": translations.get("day"),
  });
  const output = createElement("output", {}, "");
  const dateInput = createElement("input", {
    type: "date",
    min: span.first,
    max: span.last,
    "aria-label": translations.get("day"),
  });
  const chart = createReportsChart(span, translations);
  let isPlaying = false;

  const showDay = (day: string): void => {
    slider.value = String(countDays(span.first, day));
    slider.setAttribute("aria-valuetext", translations.formatDay(day));
    output.textContent = translations.formatDay(day);
    dateInput.value = day;
  };
  const goToDay = (day: string): Promise<boolean> => {
    showDay(day);
    return onChange({ day });
  };
  const computeDay = (steps: number): string => {
    const place = countDays(span.first, state.day) + steps * STEPS_DAYS[state.step];
    return addDays(span.first, Math.max(0, Math.min(last, place)));
  };
  const pause = (): void => {
    isPlaying = false;
    playButton.textContent = translations.get("play");
  };
  const playDays = async (): Promise<void> => {
    if (state.day >= span.lastKnown) await goToDay(span.first);
    while (isPlaying && state.day < span.lastKnown) {
      const [isShown] = await Promise.all([
        goToDay(computeDay(1)),
        new Promise((resolve) => setTimeout(resolve, PAUSE_MS)),
      ]);
      // Stop: a day whose points were not loaded looks like a day without points.
      if (!isShown) break;
    }
    pause();
  };
  const playButton = createButton(translations.get("play"), () => {
    if (isPlaying) return pause();
    isPlaying = true;
    playButton.textContent = translations.get("pause");
    void playDays();
  });
  slider.addEventListener("input", () => {
    pause();
    void goToDay(addDays(span.first, Number(slider.value)));
  });
  dateInput.addEventListener("change", () => {
    pause();
    if (dateInput.value >= span.first && dateInput.value <= span.last) void goToDay(dateInput.value);
  });
  const steps: [string, string][] = [
    ["day", translations.get("by_day")],
    ["week", translations.get("by_week")],
  ];
  const bar = createElement("div", { class: "time-bar", role: "group", "aria-label": translations.get("day") });
  const createStepHandler = (steps: number) => (): void => {
    pause();
    void goToDay(computeDay(steps));
  };
  bar.append(
    // Time runs from left to right in Arabic too, as in printed charts.
    createElement(
      "div",
      { class: "steps", dir: "ltr" },
      createButton("‹", createStepHandler(-1), { "aria-label": translations.get("back") }),
      playButton,
      createButton("›", createStepHandler(1), { "aria-label": translations.get("forward") }),
    ),
    createElement("div", { class: "slider", dir: "ltr" }, slider, chart.element),
    output,
    dateInput,
    createSelect(
      translations.get("step"),
      steps,
      state.step,
      (value) => void onChange({ step: value === "day" ? "day" : "week" }),
    ),
  );
  showDay(state.day);
  const goTo = (day: string): void => {
    pause();
    void goToDay(day < span.first ? span.first : day);
  };
  return { element: bar, goTo, showReports: chart.show };
}
