import type { LngLatBounds } from "maplibre-gl";

/** No point lies nearer to a pole. A map of the whole world ends a little before the limit of Web Mercator. */
const MAX_LATITUDE = 83;

/** Build the `bbox` of the area in view; across 180 degrees west is larger than east. Empty for the whole world. */
export function buildBoxQuery(bounds: LngLatBounds): Record<string, string> {
  const [southWest, northEast] = [bounds.getSouthWest(), bounds.getNorthEast()];
  const isWholeCircle = northEast.lng - southWest.lng >= 360;
  if (isWholeCircle && southWest.lat <= -MAX_LATITUDE && northEast.lat >= MAX_LATITUDE) return {};
  const [west, east] = isWholeCircle ? [-180, 180] : [southWest.wrap().lng, northEast.wrap().lng];
  return { bbox: [west, southWest.lat, east, northEast.lat].map((degrees) => degrees.toFixed(4)).join(",") };
}
