import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, LayerSpecification, Map as WebMap } from "maplibre-gl";

import { NO_LEVEL, NOT_ASSESSED, STATUS_GROUPS, TRAVEL_LEVELS, type Category } from "./categories";

export const POINTS = "points";
export const AREAS = "areas";
/** Of a point whose status is too old: pale beside those of the day. */
export const STALE_OPACITY = 0.4;
/** The lowest of what the basemap's style draws above land. */
const LAKES = "lakes";

/** The features on the basemap, whose style is loaded: areas below its borders and names, points above them. */
export function addFeatures(map: WebMap, features: FeatureCollection): void {
  map.addSource("features", { type: "geojson", data: features });
  for (const layer of areaLayers()) map.addLayer(layer, LAKES);
  map.addLayer(pointLayer());
}

function areaLayers(): LayerSpecification[] {
  const isPolygon: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
  const polygons = { source: "features", filter: isPolygon };
  const colour = colourBy("international_travel", TRAVEL_LEVELS, NO_LEVEL);
  return [
    { id: AREAS, type: "fill", ...polygons, paint: { "fill-color": colour, "fill-opacity": 0.85 } },
    { id: "area-edges", type: "line", ...polygons, paint: { "line-color": "#6a6359", "line-width": 0.6 } },
  ];
}

function pointLayer(): LayerSpecification {
  const isNotAssessed: ExpressionSpecification = ["==", ["get", "assessed"], false];
  return {
    id: POINTS,
    type: "circle",
    source: "features",
    filter: ["==", ["geometry-type"], "Point"],
    layout: { "circle-sort-key": drawingOrder(isNotAssessed) },
    paint: {
      "circle-opacity": ["case", ["has", "is_stale"], STALE_OPACITY, 1],
      "circle-color": ["case", isNotAssessed, "#ffffff", colourBy("status_group", STATUS_GROUPS, NOT_ASSESSED)],
      "circle-stroke-color": ["case", isNotAssessed, NOT_ASSESSED.colour, "#ffffff"],
      "circle-stroke-width": ["case", isNotAssessed, 1.6, 1],
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 1, 4, 6, 7, 10, 9],
    },
  };
}

function colourBy(property: string, categories: Category[], otherwise: Category): ExpressionSpecification {
  return match(property, categories.flatMap(({ value, colour }) => [value, colour]), otherwise.colour);
}

function drawingOrder(isNotAssessed: ExpressionSpecification): ExpressionSpecification {
  const choices = STATUS_GROUPS.flatMap(({ value }, place) => [value, place + 1]);
  return ["case", isNotAssessed, 0, match("status_group", choices, 1)];
}

/** `choices` is value, output, value, output and so on: more than the type of the expression can say. */
function match(property: string, choices: unknown[], otherwise: string | number): ExpressionSpecification {
  return ["match", ["get", property], ...choices, otherwise] as unknown as ExpressionSpecification;
}
