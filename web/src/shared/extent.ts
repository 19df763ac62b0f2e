import type { Geometry, Position } from "geojson";

/** West, south, east, north in degrees; east is beyond 180 where the extent crosses the antimeridian. */
export type Extent = [west: number, south: number, east: number, north: number];

type Span = [west: number, east: number];

/** Nobody crosses a border beyond these latitudes, and Web Mercator would give half of the map to ice. */
const [MIN_LATITUDE, MAX_LATITUDE] = [-56, 78];

/** Compute the smallest box around the geometries, cut off near the poles; null without geometries. */
export function computeExtent(geometries: Geometry[]): Extent | null {
  const parts = geometries.flatMap(splitGeometry);
  if (parts.length === 0) return null;
  const [west, east] = selectNarrowestSpan(parts.map((part) => measureRange(part, 0)));
  const latitudes = parts.map((part) => measureRange(part, 1));
  const south = Math.min(...latitudes.map(([min]) => min));
  const north = Math.max(...latitudes.map(([, max]) => max));
  const [lowest, highest] = [Math.max(south, MIN_LATITUDE), Math.min(north, MAX_LATITUDE)];
  return lowest < highest ? [west, lowest, east, highest] : [west, south, east, north];
}

/** Split a geometry into its parts. Each lies on one side of the antimeridian (RFC 7946, 3.1.9). */
function splitGeometry(geometry: Geometry): Position[][] {
  switch (geometry.type) {
    case "Point":
      return [[geometry.coordinates]];
    case "MultiPoint":
      return geometry.coordinates.map((position) => [position]);
    case "LineString":
      return [geometry.coordinates];
    case "MultiLineString":
      return geometry.coordinates;
    case "Polygon":
      return geometry.coordinates.slice(0, 1);
    case "MultiPolygon":
      return geometry.coordinates.flatMap((polygon) => polygon.slice(0, 1));
    case "GeometryCollection":
      return geometry.geometries.flatMap(splitGeometry);
  }
}

function measureRange(part: Position[], axis: 0 | 1): Span {
  let [min, max] = [Infinity, -Infinity];
  for (const position of part) {
    min = Math.min(min, position[axis] ?? Infinity);
    max = Math.max(max, position[axis] ?? -Infinity);
  }
  return [min, max];
}

/**
 * Select the shortest span that holds all the spans: the whole circle less its widest empty stretch.
 *
 * The smallest and the largest longitude would make the whole world of Fiji (177 to -179).
 */
function selectNarrowestSpan(spans: Span[]): Span {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  const [first, ...others] = sorted as [Span, ...Span[]];
  let [reach, west, gap] = [first[1], first[0], 0];
  for (const [start, end] of [...others, [first[0] + 360, first[1] + 360] satisfies Span]) {
    if (start - reach > gap) [west, gap] = [start, start - reach];
    reach = Math.max(reach, end);
  }
  if (gap === 0) return [-180, 180];
  const normal = west >= 180 ? west - 360 : west;
  return [normal, normal + 360 - gap];
}
