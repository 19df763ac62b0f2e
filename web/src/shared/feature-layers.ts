import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, LayerSpecification, Map as WebMap } from "maplibre-gl";

import { type Category, NO_LEVEL, STATUS_GROUPS, TRAVEL_LEVELS } from "./categories";
import { drawHatching, drawPointIcons, OLD_SUFFIX, PIXEL_RATIO, SIDE_BY_SIDE } from "./icons";

export const POINTS = "points";
export const AREAS = "areas";
/** The lowest layer of the basemap above land. */
const LAKES = "lakes";
const HATCH = "hatch";

/**
 * Add the features to the basemap, whose style must be loaded: areas below its borders and names, points above them.
 * Points with the property `is_stale` are drawn pale.
 */
export function addFeatures(map: WebMap, features: FeatureCollection): void {
  for (const [name, image] of drawPointIcons()) map.addImage(name, image, { pixelRatio: PIXEL_RATIO });
  map.addImage(HATCH, drawHatching(NO_LEVEL.hatch), { pixelRatio: PIXEL_RATIO });
  map.addSource("features", { type: "geojson", data: features });
  for (const layer of buildAreaLayers()) map.addLayer(layer, LAKES);
  map.addLayer(buildPointLayer());
}

function buildAreaLayers(): LayerSpecification[] {
  const isPolygon: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
  const hasNoLevel: ExpressionSpecification = ["==", ["typeof", ["get", "international_travel"]], "null"];
  const polygons = { source: "features", filter: isPolygon };
  const colour = buildColourExpression("international_travel", TRAVEL_LEVELS, NO_LEVEL);
  return [
    { id: AREAS, type: "fill", ...polygons, paint: { "fill-color": colour, "fill-opacity": 0.85 } },
    {
      id: "areas-without-level",
      type: "fill",
      ...polygons,
      filter: ["all", isPolygon, hasNoLevel],
      paint: { "fill-pattern": HATCH },
    },
    { id: "area-edges", type: "line", ...polygons, paint: { "line-color": "#6a6359", "line-width": 0.6 } },
  ];
}

function buildPointLayer(): LayerSpecification {
  const isNotAssessed = [
    "any",
    ["==", ["get", "assessed"], false],
    ["==", ["coalesce", ["get", "status_group"], ""], ""],
  ];
  const group = ["case", isNotAssessed, "not_assessed", ["get", "status_group"]];
  const age = ["case", isNotAssessed, "", ["has", "is_stale"], OLD_SUFFIX, ""];
  return {
    id: POINTS,
    type: "symbol",
    source: "features",
    filter: ["==", ["geometry-type"], "Point"],
    layout: {
      "icon-image": ["concat", group, "|", ["get", "poe_type"], age] as unknown as ExpressionSpecification,
      // A point is never hidden by a name: names below it make room.
      "icon-allow-overlap": true,
      "icon-offset": SIDE_BY_SIDE as unknown as ExpressionSpecification,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 1, 0.6, 6, 1],
      "symbol-sort-key": buildDrawingOrder(isNotAssessed as unknown as ExpressionSpecification),
    },
  };
}

function buildColourExpression(property: string, categories: Category[], fallback: Category): ExpressionSpecification {
  return buildMatch(
    property,
    categories.flatMap(({ value, colour }) => [value, colour]),
    fallback.colour,
  );
}

function buildDrawingOrder(isNotAssessed: ExpressionSpecification): ExpressionSpecification {
  const choices = STATUS_GROUPS.flatMap(({ value }, place) => [value, place + 1]);
  return ["case", isNotAssessed, 0, buildMatch("status_group", choices, 1)];
}

/** Build a `match` expression. `choices` is value, output, value, output ..., which its type cannot express. */
function buildMatch(property: string, choices: unknown[], fallback: string | number): ExpressionSpecification {
  return ["match", ["get", property], ...choices, fallback] as unknown as ExpressionSpecification;
}
