import { dayAfter, daysBetween } from "./days";
import { button, choice, element } from "./elements";
import { reportsChart, type ReportedWeek, type Span } from "./reported-days";
import type { ViewState } from "./view-state";
import type { Words } from "./words";

export const STEPS_DAYS = { day: 1, week: 7 };
/** A moment to look at each picture, also where it was there at once. */
const PAUSE_MS = 250;

export interface TimeBar {
  element: HTMLElement;
  /** Show this day, or the nearest that there is. */
  goTo: (day: string) => void;
  /** Draw the histogram of reports, once they are known. */
  showReports: (weeks: ReportedWeek[]) => void;
}

/** The slider over the days, with steps and play. `show` draws the day and resolves when it is drawn, to whether all is there. */
export function timeBar(state: ViewState, span: Span, words: Words, show: (change: Partial<ViewState>) => Promise<boolean>): TimeBar {
  const last = daysBetween(span.first, span.last);
  const slider = element("input", { type: "range", min: "0", max: String(last), step: "1", "aria-label": words.say("day") });
  const written = element("output", {}, "");
  const picked = element("input", { type: "date", min: span.first, max: span.last, "aria-label": words.say("day") });
  const chart = reportsChart(span, words);
  let playing = false;

  const tell = (day: string): void => {
    slider.value = String(daysBetween(span.first, day));
    slider.setAttribute("aria-valuetext", words.day(day));
    written.textContent = words.day(day);
    picked.value = day;
  };
  const go = (day: string): Promise<boolean> => {
    tell(day);
    return show({ day });
  };
  const moved = (steps: number): string => {
    const place = daysBetween(span.first, state.day) + steps * STEPS_DAYS[state.step];
    return dayAfter(span.first, Math.max(0, Math.min(last, place)));
  };
  const pause = (): void => {
    playing = false;
    play.textContent = words.say("play");
  };
  const run = async (): Promise<void> => {
    if (state.day >= span.lastKnown) await go(span.first);
    while (playing && state.day < span.lastKnown) {
      const [isShown] = await Promise.all([go(moved(1)), new Promise((resolve) => setTimeout(resolve, PAUSE_MS))]);
      // Days that go by without their points look like days on which there are none.
      if (!isShown) break;
    }
    pause();
  };
  const play = button(words.say("play"), () => {
    if (playing) return pause();
    playing = true;
    play.textContent = words.say("pause");
    void run();
  });
  slider.addEventListener("input", () => {
    pause();
    void go(dayAfter(span.first, Number(slider.value)));
  });
  picked.addEventListener("change", () => {
    pause();
    if (picked.value >= span.first && picked.value <= span.last) void go(picked.value);
  });
  const steps: [string, string][] = [
    ["day", words.say("by_day")],
    ["week", words.say("by_week")],
  ];
  const bar = element("div", { class: "time-bar", role: "group", "aria-label": words.say("day") });
  const step = (way: number) => (): void => {
    pause();
    void go(moved(way));
  };
  bar.append(
    // Time goes from left to right in Arabic too, as in printed charts.
    element(
      "div",
      { class: "steps", dir: "ltr" },
      button("‹", step(-1), { "aria-label": words.say("back") }),
      play,
      button("›", step(1), { "aria-label": words.say("forward") }),
    ),
    element("div", { class: "slider", dir: "ltr" }, slider, chart.element),
    written,
    picked,
    choice(words.say("step"), steps, state.step, (value) => void show({ step: value === "day" ? "day" : "week" })),
  );
  tell(state.day);
  const goTo = (day: string): void => {
    pause();
    void go(day < span.first ? span.first : day);
  };
  return { element: bar, goTo, showReports: chart.show };
}
