import type { Feature } from "geojson";

import { colourOf, NO_LEVEL, NOT_ASSESSED, STATUS_GROUPS, TRAVEL_LEVELS, type Category } from "./categories";
import { STALE_OPACITY } from "./map-style";
import { staleAfterDays } from "./map/days";

/** What the colours of these features mean, as a list to stand below the map. */
export function legendOf(features: Feature[]): HTMLUListElement {
  const list = document.createElement("ul");
  list.className = "legend";
  list.setAttribute("aria-label", "Colours of the map");
  const arePoints = features.some(({ geometry }) => geometry?.type === "Point");
  const categories = arePoints ? [...STATUS_GROUPS].reverse().concat(NOT_ASSESSED) : [...TRAVEL_LEVELS, NO_LEVEL];
  list.append(...categories.map((category) => entry(category, arePoints)));
  if (features.some(({ properties }) => properties?.["is_stale"])) list.append(old());
  return list;
}

function old(): HTMLLIElement {
  const label = `Pale: last assessed ${staleAfterDays()} days or more before`;
  const item = entry({ value: null, label, colour: colourOf("fully_closed") }, true);
  item.querySelector<HTMLElement>(".swatch")?.style.setProperty("opacity", String(STALE_OPACITY));
  return item;
}

function entry(category: Category, isPoint: boolean): HTMLLIElement {
  const item = document.createElement("li");
  const swatch = document.createElement("span");
  swatch.className = isPoint ? "swatch round" : "swatch";
  swatch.style.borderColor = category.colour;
  swatch.style.background = category === NOT_ASSESSED ? "transparent" : category.colour;
  swatch.setAttribute("aria-hidden", "true");
  item.append(swatch, category.label);
  return item;
}
