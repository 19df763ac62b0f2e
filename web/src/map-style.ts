import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";

import { NO_LEVEL, NOT_ASSESSED, STATUS_GROUPS, TRAVEL_LEVELS, type Category } from "./categories";

/** Closer than this the basemap's shapes gain no detail, and its tiles are drawn larger instead of asked for. */
const BASEMAP_MAX_ZOOM = 6;

export const POINTS = "points";
export const AREAS = "areas";

/** Our own countries below, the features above, and no text: the map needs no glyphs, sprites or outside server. */
export function mapStyle(basemap: string, features: FeatureCollection): StyleSpecification {
  return {
    version: 8,
    sources: {
      basemap: { type: "vector", tiles: [basemap], maxzoom: BASEMAP_MAX_ZOOM },
      features: { type: "geojson", data: features },
    },
    layers: [...basemapLayers(), ...areaLayers(), pointLayer()],
  };
}

function basemapLayers(): LayerSpecification[] {
  const countries = { source: "basemap", "source-layer": "countries" } as const;
  return [
    { id: "water", type: "background", paint: { "background-color": "#d8e5ec" } },
    { id: "land", type: "fill", ...countries, paint: { "fill-color": "#f5f2ea" } },
    { id: "borders", type: "line", ...countries, paint: { "line-color": "#b3aa9b", "line-width": 0.6 } },
  ];
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
