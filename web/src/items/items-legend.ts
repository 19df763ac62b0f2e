import type { Feature } from "geojson";

import { type Category, NO_LEVEL, NOT_ASSESSED, POE_TYPES, STATUS_GROUPS, TRAVEL_LEVELS } from "../shared/categories";
import { readStaleAfterDays } from "../shared/days";
import { drawPointIcons, OLD_SUFFIX } from "../shared/icons";
import { buildHatchingCss, createIconElement } from "../shared/legend-entries";

/** Create the legend of these features, a list below the map. */
export function createItemsLegend(features: Feature[]): HTMLUListElement {
  const list = document.createElement("ul");
  list.className = "legend";
  list.setAttribute("aria-label", "Signs of the map");
  const arePoints = features.some(({ geometry }) => geometry?.type === "Point");
  list.append(...(arePoints ? createPointEntries(features) : [...TRAVEL_LEVELS, NO_LEVEL].map(createLevelEntry)));
  return list;
}

/** Create entries for all statuses, as circles, and for the shapes of the types among the features. */
function createPointEntries(features: Feature[]): HTMLLIElement[] {
  const icons = new Map(drawPointIcons());
  const types = new Set(features.map(({ properties }) => properties?.["poe_type"] as unknown));
  const statuses = [...[...STATUS_GROUPS].reverse(), NOT_ASSESSED].map(({ value, label }) =>
    createEntry(createIconElement(icons.get(`${value ?? "not_assessed"}|blue_border_point`)), label),
  );
  const shapes = POE_TYPES.filter(({ value }) => types.has(value));
  if (features.some(({ properties }) => properties?.["is_stale"])) {
    const label = `Pale: last assessed ${readStaleAfterDays()} days or more before`;
    statuses.push(createEntry(createIconElement(icons.get(`fully_closed|blue_border_point${OLD_SUFFIX}`)), label));
  }
  return [
    ...statuses,
    ...shapes.map(({ value, label }) => createEntry(createIconElement(icons.get(`not_assessed|${value}`)), label)),
  ];
}

function createLevelEntry({ value, colour, label }: Category): HTMLLIElement {
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.borderColor = swatch.style.background = colour;
  if (value === NO_LEVEL.value) swatch.style.background = buildHatchingCss(NO_LEVEL);
  swatch.setAttribute("aria-hidden", "true");
  return createEntry(swatch, label);
}

function createEntry(sign: HTMLElement, label: string): HTMLLIElement {
  const item = document.createElement("li");
  item.append(sign, label);
  return item;
}
