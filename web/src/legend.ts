import type { Feature } from "geojson";

import { NO_LEVEL, NOT_ASSESSED, POE_TYPES, STATUS_GROUPS, TRAVEL_LEVELS, type Category } from "./categories";
import { staleAfterDays } from "./map/days";
import { OLD, pointIcons } from "./map/icons";
import { hatching, pictured } from "./map/map-legend";

/** What the signs of these features mean, as a list to stand below the map. */
export function legendOf(features: Feature[]): HTMLUListElement {
  const list = document.createElement("ul");
  list.className = "legend";
  list.setAttribute("aria-label", "Signs of the map");
  const arePoints = features.some(({ geometry }) => geometry?.type === "Point");
  list.append(...(arePoints ? ofPoints(features) : [...TRAVEL_LEVELS, NO_LEVEL].map(ofLevel)));
  return list;
}

/** The statuses as circles, and the shapes of the types that there are. */
function ofPoints(features: Feature[]): HTMLLIElement[] {
  const icons = new Map(pointIcons());
  const types = new Set(features.map(({ properties }) => properties?.["poe_type"] as unknown));
  const statuses = [...[...STATUS_GROUPS].reverse(), NOT_ASSESSED].map(({ value, label }) =>
    entry(pictured(icons.get(`${value ?? "not_assessed"}|blue_border_point`)), label),
  );
  const shapes = POE_TYPES.filter(({ value }) => types.has(value));
  if (features.some(({ properties }) => properties?.["is_stale"])) {
    const label = `Pale: last assessed ${staleAfterDays()} days or more before`;
    statuses.push(entry(pictured(icons.get(`fully_closed|blue_border_point${OLD}`)), label));
  }
  return [...statuses, ...shapes.map(({ value, label }) => entry(pictured(icons.get(`not_assessed|${value}`)), label))];
}

function ofLevel({ value, colour, label }: Category): HTMLLIElement {
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.borderColor = swatch.style.background = colour;
  if (value === NO_LEVEL.value) swatch.style.background = hatching(NO_LEVEL);
  swatch.setAttribute("aria-hidden", "true");
  return entry(swatch, label);
}

function entry(sign: HTMLElement, label: string): HTMLLIElement {
  const item = document.createElement("li");
  item.append(sign, label);
  return item;
}
