import type { GeoJsonProperties } from "geojson";

import symbols from "../../api/symbols.json";

/** What a colour on the map stands for. */
export interface Category {
  value: string | number | null;
  label: string;
  colour: string;
}

export type Shape = "circle" | "diamond" | "square" | "triangle";

/** What a shape on the map stands for: a type of point. */
export interface TypeSymbol {
  value: string;
  label: string;
  shape: Shape;
}

/** In drawing order. The colours, and why they are these, are in api/symbols.json and api/symbols.py. */
export const STATUS_GROUPS: Category[] = symbols.status_groups;

export const POE_TYPES = symbols.poe_types as TypeSymbol[];

/** No office looked at the point for the day: drawn as an empty ring. */
export const NOT_ASSESSED: Category = symbols.not_assessed;

/** Levels of `international_travel`, with the labels of the code list of that name. */
export const TRAVEL_LEVELS: Category[] = symbols.travel_levels;

export const NO_LEVEL: Category = symbols.no_level;

/** The category of a point, or of a restriction, which says what held and so was assessed. */
export function statusOf(properties: GeoJsonProperties): Category {
  if (properties?.["assessed"] === false) return NOT_ASSESSED;
  const group = STATUS_GROUPS.find(({ value }) => value === properties?.["status_group"]);
  return group ?? (STATUS_GROUPS[0] as Category);
}

export function travelLevelOf(properties: GeoJsonProperties): Category {
  return TRAVEL_LEVELS.find(({ value }) => value === properties?.["international_travel"]) ?? NO_LEVEL;
}

/** The colour of a status group. */
export function colourOf(group: string): string {
  return (STATUS_GROUPS.find(({ value }) => value === group) ?? NOT_ASSESSED).colour;
}
