import type { FeatureCollection } from "geojson";

import { daysBetween, isStale } from "./days";
import { button, element } from "./elements";
import { filters, shownPoints, type ViewState } from "./view-state";
import type { Words } from "./words";

const MOST = 50;

/** Points of a page, and how many there are in all. */
export interface Listed extends FeatureCollection {
  numberMatched: number;
}

export function pointsQuestion(state: ViewState, box: Record<string, string>): string {
  const [collection, clocks] = shownPoints(state);
  const told = ["code", "name", "country", "status_group", ...(state.changes === "" ? ["assessed", "last_assessed"] : [])];
  const page = { limit: String(MOST), sortby: "name", skipGeometry: "true", properties: told.join(), f: "json" };
  const asked = new URLSearchParams({ ...clocks, ...filters(state), ...box, ...page });
  return `/collections/${collection}/items?${asked.toString()}`;
}

/** The points as buttons, for who does not point at the map. */
export function pointList({ features, numberMatched }: Listed, day: string, words: Words, chosen: (code: string) => void): Node[] {
  if (features.length === 0) return [element("p", {}, words.say("nothing_found"))];
  const buttons = features.map(({ properties: point }) => {
    const status = point?.["assessed"] === false ? words.say("not_assessed") : words.label("status_group", point?.["status_group"]);
    const made = button("", () => chosen(String(point?.["code"])));
    // Names keep their own direction among Arabic words.
    made.append(element("bdi", {}, String(point?.["name"])), ` · ${point?.["country"]} · ${status}`);
    const assessed = String(point?.["last_assessed"] ?? "");
    if (point?.["assessed"] === true && isStale(assessed, day)) {
      const age = words.say("stale_on_day", { days: String(daysBetween(assessed, day)) });
      made.append(" · ", element("span", { class: "stale" }, age));
    }
    return made;
  });
  const told = words.say("first_of", { shown: words.number(features.length), all: words.number(numberMatched) });
  return [element("p", { class: "quiet" }, told), element("ul", { class: "found" }, ...buttons.map((each) => element("li", {}, each)))];
}
