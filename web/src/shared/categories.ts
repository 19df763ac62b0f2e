import type { GeoJsonProperties } from "geojson";

import symbols from "../../../api/tiles/symbols.json";

/** A colour on the map and its meaning. */
export interface Category {
  value: string | number | null;
  label: string;
  colour: string;
}

export type Mark = "bar" | "empty" | "full" | "half" | "question";

/** The symbol of a status: `colour` is its fill, `tint` the fill for an old report, `line` the outline of both. */
export interface StatusSymbol extends Category {
  line: string;
  tint: string;
  mark: Mark;
}

export type Shape = "circle" | "diamond" | "square" | "triangle";

/** A shape on the map and the type of point that it means. */
export interface TypeSymbol {
  value: string;
  label: string;
  shape: Shape;
}

/** In drawing order. Colours are defined in api/tiles/symbols.json and explained in api/tiles/symbols.py. */
export const STATUS_GROUPS = symbols.status_groups as StatusSymbol[];

export const POE_TYPES = symbols.poe_types as TypeSymbol[];

/** The symbol of a point without an assessment for the day: empty and smaller. */
export const NOT_ASSESSED = symbols.not_assessed as StatusSymbol;

/** The symbol of a candidate: a place that is on another map and was not confirmed. */
export const CANDIDATE = symbols.candidate;

/** The white edge around each symbol, and the line inside it. */
export const EDGE = symbols.edge;

/** Levels of `international_travel`, with the labels of the code list of that name. */
export const TRAVEL_LEVELS: Category[] = symbols.travel_levels;

export const NO_LEVEL: Category & { hatch: string } = symbols.no_level;

/** Return the category of a point or of a restriction. A restriction has no `assessed`: it is always assessed. */
export function getStatusCategory(properties: GeoJsonProperties): Category {
  if (properties?.["assessed"] === false) return NOT_ASSESSED;
  const group = STATUS_GROUPS.find(({ value }) => value === properties?.["status_group"]);
  return group ?? (STATUS_GROUPS[0] as Category);
}

export function getTravelLevel(properties: GeoJsonProperties): Category {
  return TRAVEL_LEVELS.find(({ value }) => value === properties?.["international_travel"]) ?? NO_LEVEL;
}

/** Return the colour of a status group. */
export function getGroupColour(group: string): string {
  return (STATUS_GROUPS.find(({ value }) => value === group) ?? NOT_ASSESSED).colour;
}

/** From this zoom level, the map and its legend show the colours of countries at half strength. */
export const FADED_FROM_ZOOM = 5;

/** Return the colour of a level at half strength over land. */
export function fadeColour(colour: string): string {
  const [over, under] = [parseChannels(colour), parseChannels(symbols.ground.land)];
  return `#${over
    .map((part, place) =>
      Math.round((part + (under[place] ?? 0)) / 2)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

function parseChannels(colour: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
}
