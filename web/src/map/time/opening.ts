import { createButton, createElement } from "../../shared/elements";
import type { MapTranslations } from "../translations";

/** West, south, east and north in degrees; east is beyond 180 where the box crosses the antimeridian. */
export type Box = [number, number, number, number];

export interface Span {
  first: string;
  last: string;
  /** The last day with reports, or with levels of countries if there are no reports: Play ends here. */
  lastKnown: string;
}

/** The day and place on which the map opens. They are in the page: a request would delay the first picture. */
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

/** Create a sentence about the day that is shown, with a button to today and, without reports, a link to begin with. */
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
  // Open the landing page in the whole window: it has the map in a frame and would open inside itself.
  if (basis !== "reports")
    notice.append(
      " ",
      createElement("a", { href: `${root}/#ways-on`, target: "_top" }, translations.get("where_to_begin")),
    );
  return notice;
}
