import type { Map as WebMap } from "maplibre-gl";

import {
  type Category,
  FADED_FROM_ZOOM,
  fadeColour,
  NO_LEVEL,
  POE_TYPES,
  STATUS_GROUPS,
  TRAVEL_LEVELS,
} from "../../shared/categories";
import { readStaleAfterDays } from "../../shared/days";
import { createElement } from "../../shared/elements";
import { CANDIDATE_ICON, drawPointIcons, OLD_SUFFIX } from "../../shared/icons";
import { createIconElement, createLegendEntry, createSwatch } from "../../shared/legend-entries";
import type { MapTranslations } from "../translations";

/** Create the legend of shapes, marks and colours. */
export function createMapLegend(translations: MapTranslations, map: WebMap): HTMLElement {
  const icons = new Map(drawPointIcons());
  const createSign = (name: string, text: string): HTMLLIElement =>
    createLegendEntry(createIconElement(icons.get(name)), text);
  const shapes = POE_TYPES.map(({ value }) =>
    createSign(`not_assessed|${value}`, translations.getLabel("poe_type", value)),
  );
  const groups = [...STATUS_GROUPS]
    .reverse()
    .map(({ value }) => createSign(`${value}|blue_border_point`, translations.getLabel("status_group", String(value))));
  const notAssessed = createSign("not_assessed|blue_border_point", translations.get("not_assessed"));
  const stale = createSign(
    `fully_closed|blue_border_point${OLD_SUFFIX}`,
    translations.get("stale", { days: String(readStaleAfterDays()) }),
  );
  const candidate = createSign(CANDIDATE_ICON, translations.get("candidates_shown"));
  const legend = createElement(
    "details",
    { class: "map-legend" },
    createElement("summary", {}, translations.get("legend")),
  );
  legend.append(
    createElement("ul", {}, ...shapes, candidate),
    createElement("ul", {}, ...groups, notAssessed, stale),
    createElement("p", {}, translations.get("travel")),
    createLevelList(translations, map),
  );
  legend.open = window.matchMedia("(min-width: 60rem)").matches;
  return legend;
}

/** Create the list of levels in the colours of the map, which depend on its zoom level. */
function createLevelList(translations: MapTranslations, map: WebMap): HTMLElement {
  const levels: [Category, string][] = TRAVEL_LEVELS.map((level) => [
    level,
    translations.getLabel("international_travel", String(level.value)),
  ]);
  levels.push([NO_LEVEL, translations.get("no_level")]);
  const entries = levels.map(([{ colour }, text]) => ({ colour, sign: createSwatch(colour, "level"), text }));
  const paintSwatches = (): void => {
    const isNear = map.getZoom() >= FADED_FROM_ZOOM;
    for (const { colour, sign } of entries) sign.style.background = isNear ? fadeColour(colour) : colour;
  };
  map.on("zoom", paintSwatches);
  paintSwatches();
  return createElement("ul", {}, ...entries.map(({ sign, text }) => createLegendEntry(sign, text)));
}
