import type { GeoJsonProperties } from "geojson";

/** What a colour on the map stands for. */
export interface Category {
  value: string | number | null;
  label: string;
  colour: string;
}

/**
 * Blue, amber and dark red differ in lightness as well as in hue: they stay apart for colour-blind readers and in
 * grey print. Drawn in this order, so that a closed point is never hidden by an open one.
 */
export const STATUS_GROUPS: Category[] = [
  { value: "unknown", label: "Unknown", colour: "#767676" },
  { value: "fully_operational", label: "Fully operational", colour: "#2b7bba" },
  { value: "partially_operational", label: "Partially operational", colour: "#f2b134" },
  { value: "fully_closed", label: "Fully closed", colour: "#8f1d21" },
];

/** No office looked at the point for the day: drawn as an empty ring. */
export const NOT_ASSESSED: Category = { value: null, label: "Not assessed", colour: "#767676" };

/** Levels of `international_travel`, with the labels of the code list of that name. */
export const TRAVEL_LEVELS: Category[] = [
  { value: 0, label: "0: no restrictions", colour: "#dfeef0" },
  { value: 1, label: "1: screening arrivals", colour: "#b3cde3" },
  { value: 2, label: "2: quarantine arrivals from some or all regions", colour: "#8c96c6" },
  { value: 3, label: "3: ban arrivals from some regions", colour: "#8856a7" },
  { value: 4, label: "4: ban on all regions or total border closure", colour: "#5b0a56" },
];

export const NO_LEVEL: Category = { value: null, label: "No level recorded", colour: "#cfcbc2" };

/** The category of a point, or of a restriction, which says what held and so was assessed. */
export function statusOf(properties: GeoJsonProperties): Category {
  if (properties?.["assessed"] === false) return NOT_ASSESSED;
  const group = STATUS_GROUPS.find(({ value }) => value === properties?.["status_group"]);
  return group ?? (STATUS_GROUPS[0] as Category);
}

export function travelLevelOf(properties: GeoJsonProperties): Category {
  return TRAVEL_LEVELS.find(({ value }) => value === properties?.["international_travel"]) ?? NO_LEVEL;
}
