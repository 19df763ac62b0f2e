import { createButton, createElement } from "../../shared/elements";
import type { MapTranslations } from "../translations";

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

export function readOpening(page: HTMLElement): Opening {
  const {
    firstDay = "",
    lastDay = "",
    lastKnownDay = "",
    shownDay = "",
    shownBasis = "",
    shownBox = "",
  } = page.dataset;
  const box = shownBox.split(",").map(Number);
  return {
    span: { first: firstDay, last: lastDay, lastKnown: lastKnownDay },
    day: shownDay,
    basis: shownBasis === "reports" || shownBasis === "levels" ? shownBasis : "nothing",
    box: shownBox !== "" && box.length === 4 ? (box as Box) : null,
  };
}

/** One sentence on the day that is shown, with a button to today; without any report, where to begin. */
export function createOpeningNotice(
  opening: Opening,
  translations: MapTranslations,
  goTo: (day: string) => void,
  root: string,
): HTMLElement {
  const { basis, day, span } = opening;
  const notice = createElement(
    "p",
    { class: "day-shown", role: "note" },
    translations.get(`showing_${basis}`, { day: translations.formatDay(day) }),
  );
  if (day < span.last)
    notice.append(
      " ",
      translations.get("nothing_today"),
      " ",
      createButton(translations.get("show_today"), () => goTo(span.last)),
    );
  // Also out of a frame: the landing page has the map in one, and opened itself within itself.
  if (basis !== "reports")
    notice.append(
      " ",
      createElement("a", { href: `${root}/#ways-on`, target: "_top" }, translations.get("where_to_begin")),
    );
  return notice;
}
