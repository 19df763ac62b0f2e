import type { FeatureCollection } from "geojson";

import { countDays, isStale } from "../../shared/days";
import { createButton, createElement } from "../../shared/elements";
import { buildFilters, selectCollection, type ViewState } from "../state/view-state";
import type { MapTranslations } from "../translations";

const MAX_POINTS = 50;

/** A page of points, with the number of all points. */
export interface PointsPage extends FeatureCollection {
  numberMatched: number;
}

export function buildPointsPath(state: ViewState, box: Record<string, string>): string {
  const [collection, timeQuery] = selectCollection(state);
  const properties = [
    "code",
    "name",
    "country",
    "status_group",
    ...(state.changes === "" ? ["assessed", "last_assessed"] : []),
  ];
  const page = {
    limit: String(MAX_POINTS),
    sortby: "name",
    skipGeometry: "true",
    properties: properties.join(),
    f: "json",
  };
  const query = new URLSearchParams({ ...timeQuery, ...buildFilters(state), ...box, ...page });
  return `/collections/${collection}/items?${query.toString()}`;
}

/** Create the points as buttons, an alternative to clicks on the map. */
export function createPointList(
  { features, numberMatched }: PointsPage,
  day: string,
  translations: MapTranslations,
  onChoose: (code: string) => void,
): Node[] {
  if (features.length === 0) return [createElement("p", {}, translations.get("nothing_found"))];
  const buttons = features.map(({ properties: point }) => {
    const status =
      point?.["assessed"] === false
        ? translations.get("not_assessed")
        : translations.getLabel("status_group", point?.["status_group"]);
    const button = createButton("", () => onChoose(String(point?.["code"])));
    // Names have their own direction in Arabic text.
    button.append(createElement("bdi", {}, String(point?.["name"])), ` · ${point?.["country"]} · ${status}`);
    const assessed = String(point?.["last_assessed"] ?? "");
    if (point?.["assessed"] === true && isStale(assessed, day)) {
      const age = translations.get("stale_on_day", { days: String(countDays(assessed, day)) });
      button.append(" · ", createElement("span", { class: "stale" }, age));
    }
    return button;
  });
  const summary = translations.get("first_of", {
    shown: translations.formatNumber(features.length),
    all: translations.formatNumber(numberMatched),
  });
  return [
    createElement("p", { class: "quiet" }, summary),
    createElement("ul", { class: "found" }, ...buttons.map((each) => createElement("li", {}, each))),
  ];
}
