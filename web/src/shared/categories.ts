import type { GeoJsonProperties } from "geojson";

import symbols from "../../../api/tiles/symbols.json";

/** What a colour on the map stands for. */
export interface Category {
  value: string | number | null;
  label: string;
  colour: string;
}

export type Mark = "bar" | "empty" | "full" | "half" | "question";

/** How a status is drawn: `colour` is the fill, `tint` that of an old report, `line` goes around both. */
export interface StatusSymbol extends Category {
  line: string;
  tint: string;
  mark: Mark;
}

export type Shape = "circle" | "diamond" | "square" | "triangle";

/** What a shape on the map stands for: a type of point. */
export interface TypeSymbol {
  value: string;
  label: string;
  shape: Shape;
}

/** In drawing order. The colours, and why they are these, are in api/tiles/symbols.json and api/tiles/symbols.py. */
export const STATUS_GROUPS = symbols.status_groups as StatusSymbol[];

export const POE_TYPES = symbols.poe_types as TypeSymbol[];

/** No office looked at the point for the day: drawn empty and smaller. */
export const NOT_ASSESSED = symbols.not_assessed as StatusSymbol;

/** A place of which only a map knows. */
export const CANDIDATE = symbols.candidate;

/** What surrounds each symbol: a white edge, and in it a line. */
export const EDGE = symbols.edge;

/** Levels of `international_travel`, with the labels of the code list of that name. */
export const TRAVEL_LEVELS: Category[] = symbols.travel_levels;

export const NO_LEVEL: Category & { hatch: string } = symbols.no_level;

/** The category of a point, or of a restriction, which says what held and so was assessed. */
export function getStatusCategory(properties: GeoJsonProperties): Category {
  if (properties?.["assessed"] === false) return NOT_ASSESSED;
  const group = STATUS_GROUPS.find(({ value }) => value === properties?.["status_group"]);
  return group ?? (STATUS_GROUPS[0] as Category);
}

export function getTravelLevel(properties: GeoJsonProperties): Category {
  return TRAVEL_LEVELS.find(({ value }) => value === properties?.["international_travel"]) ?? NO_LEVEL;
}

/** The colour of a status group. */
export function getGroupColour(group: string): string {
  return (STATUS_GROUPS.find(({ value }) => value === group) ?? NOT_ASSESSED).colour;
}

/** Near, countries are shaded at half strength: so is what the legend shows. */
export const FADED_FROM_ZOOM = 5;

/** The colour of a level over land at half strength. */
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
