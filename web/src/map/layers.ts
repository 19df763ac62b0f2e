import type { ExpressionSpecification, LayerSpecification, Map as WebMap } from "maplibre-gl";

import symbols from "../../../api/tiles/symbols.json";
import { HALF_STRENGTH_ZOOM, halfStrength, NO_LEVEL, STATUS_GROUPS, TRAVEL_LEVELS, type Category } from "../categories";
import { CANDIDATE_ICON, COUNTED, COUNTED_OLD, OLD, SIDE_BY_SIDE } from "./icons";
import type { PointTiles } from "./service";

/** Two sources of the same points: the day that is shown, and behind it the one that comes next. */
export const FACES = ["points-a", "points-b"] as const;
export const COUNTRIES = { source: "basemap", sourceLayer: "countries" };
const DEEPEST_ZOOM = 12;

/** Shade the countries of the basemap, whose style is loaded, by the level that is set as state of each, or do not. */
export function shadeCountries(map: WebMap, isShaded: boolean): void {
  const near: ExpressionSpecification = ["step", ["zoom"], levelColour(strong), HALF_STRENGTH_ZOOM, levelColour(half)];
  map.setPaintProperty("land", "fill-color", isShaded ? near : symbols.ground.land);
}

const strong = ({ colour }: Category): string => colour;
const half = ({ colour }: Category): string => halfStrength(colour);

function levelColour(colourOf: (level: Category) => string): ExpressionSpecification {
  const choices = TRAVEL_LEVELS.flatMap((level) => [level.value, colourOf(level)]);
  return ["match", ["feature-state", "level"], ...choices, colourOf(NO_LEVEL)] as unknown as ExpressionSpecification;
}

/** Points by shape, status and age; gathered ones by the name of the ring that `styleimagemissing` then draws. */
function pictureOf(lastStale: string): ExpressionSpecification {
  const isEmpty = ["any", ["==", ["get", "assessed"], false], ["!", ["has", "status_group"]]];
  const isOld = ["all", ["has", "last_assessed"], ["<=", ["get", "last_assessed"], lastStale]];
  const group = ["case", isEmpty, "not_assessed", ["get", "status_group"]];
  const age = ["case", isEmpty, "", isOld, OLD, ""];
  const counts = [...COUNTED, ...COUNTED_OLD].flatMap((name) => ["|", ["to-string", ["get", name]]]);
  const ring = ["concat", "ring", ...counts];
  return ["case", ["has", "points"], ring, ["concat", group, "|", ["get", "poe_type"], age]] as unknown as ExpressionSpecification;
}

const CANDIDATES = "candidates";
/** Up to this zoom level tiles have points gathered, and no candidates, which are never counted. */
const GATHERED_UP_TO = 3;

/** Show the candidates of these tiles below the points, or none. */
export function showCandidates(map: WebMap, tiles: PointTiles | null): void {
  if (map.getSource(CANDIDATES) !== undefined) {
    map.removeLayer(CANDIDATES);
    map.removeSource(CANDIDATES);
  }
  if (tiles === null) return;
  map.addSource(CANDIDATES, { type: "vector", tiles: [tiles.address], minzoom: GATHERED_UP_TO + 1, maxzoom: DEEPEST_ZOOM });
  const layout = { "icon-image": CANDIDATE_ICON, "icon-allow-overlap": true, "icon-offset": SIDE_BY_SIDE as unknown as ExpressionSpecification };
  const layer: LayerSpecification = { id: CANDIDATES, type: "symbol", source: CANDIDATES, "source-layer": tiles.layer, layout };
  map.addLayer(layer, FACES.find((face) => map.getLayer(face) !== undefined));
}

function pointLayer(face: string, { layer, lastStale }: PointTiles): LayerSpecification {
  const order = ["match", ["get", "status_group"], ...STATUS_GROUPS.flatMap(({ value }, place) => [value, place + 1]), 0];
  return {
    id: face,
    type: "symbol",
    source: face,
    "source-layer": layer,
    layout: {
      "icon-image": pictureOf(lastStale),
      "icon-size": ["interpolate", ["linear"], ["zoom"], 4, ["case", ["has", "points"], 1, 0.7], 6, 1],
      "icon-allow-overlap": true,
      // Names of towns move to a free side. Farther away rings are so dense that hardly a name would be left.
      "icon-ignore-placement": ["step", ["zoom"], true, GATHERED_UP_TO + 1, false],
      "icon-offset": SIDE_BY_SIDE as unknown as ExpressionSpecification,
      "symbol-sort-key": ["case", ["==", ["get", "assessed"], false], 0, order] as unknown as ExpressionSpecification,
    },
    paint: { "icon-opacity": 0, "icon-opacity-transition": { duration: 0 } },
  };
}

/** Some of the points could not be loaded. */
export class PointsFailed extends Error {
  constructor() {
    super("tiles of points could not be loaded");
  }
}

/** Have the points of these tiles shown, once they are there, in place of those that are shown now. */
export class Faces {
  private shown = 0;
  private wanted = "";
  private expected = "";
  /** Sources of which a tile could not be loaded. */
  private readonly failed = new Set<string>();
  private isComplete = true;

  /** `missed` is called where a tile of the points that are shown cannot be loaded as the map is moved. */
  constructor(
    private readonly map: WebMap,
    missed: () => void,
  ) {
    map.on("error", (event) => {
      const source = "sourceId" in event ? String(event.sourceId) : "";
      if (!FACES.some((face) => face === source)) return;
      this.failed.add(source);
      if (source !== this.layer || !this.isComplete) return;
      this.isComplete = false;
      missed();
    });
  }

  /**
   * Resolves when the new points are drawn, or others were asked for meanwhile. Throws a PointsFailed where some of
   * them are missing: those that came are shown, and asked for again all are loaded again.
   */
  async show(tiles: PointTiles): Promise<void> {
    if (tiles.address === this.wanted && this.isComplete) return;
    this.isComplete = true;
    this.wanted = tiles.address;
    const [now, next] = this.places;
    const isExpected = tiles.address === this.expected && !this.failed.has(next);
    this.expected = "";
    if (!isExpected) this.prepare(next, tiles);
    if (!isExpected || !this.isLoaded(next)) await this.loaded(next);
    if (tiles.address !== this.wanted) return;
    this.map.setPaintProperty(next, "icon-opacity", 1);
    // Hidden, it would go on to load its tiles wherever the map is moved.
    this.remove(now);
    this.shown = 1 - this.shown;
    if (this.failed.has(next)) this.fail();
  }

  private fail(): never {
    this.isComplete = false;
    throw new PointsFailed();
  }

  /** Load, behind what is shown, what is likely to be asked for next. */
  expect(tiles: PointTiles): void {
    if (tiles.address === this.wanted || tiles.address === this.expected) return;
    this.expected = tiles.address;
    this.prepare(this.places[1], tiles);
  }

  private get places(): readonly ["points-a" | "points-b", "points-a" | "points-b"] {
    return this.shown === 0 ? FACES : [FACES[1], FACES[0]];
  }

  /** The layer that is shown, for clicks. */
  get layer(): string {
    return FACES[this.shown] ?? "";
  }

  /** Made anew: new tiles are lost on a source whose layer is given another picture in the same frame. */
  private prepare(face: string, tiles: PointTiles): void {
    this.remove(face);
    this.failed.delete(face);
    this.map.addSource(face, { type: "vector", tiles: [tiles.address], maxzoom: DEEPEST_ZOOM });
    this.map.addLayer(pointLayer(face, tiles));
  }

  private remove(face: string): void {
    if (this.map.getSource(face) === undefined) return;
    this.map.removeLayer(face);
    this.map.removeSource(face);
  }

  /** Also where it was taken away, for points that were asked for meanwhile. */
  private isLoaded(source: string): boolean {
    return this.map.getSource(source) === undefined || (this.map.isSourceLoaded(source) && this.map.areTilesLoaded());
  }

  /** Resolves when the points are there, be the countries below them or not. */
  private loaded(source: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (event: { type: string; sourceId?: string; tile?: unknown }): void => {
        // Before its first tile is asked for, a source has all of them.
        const isOfATile = event.sourceId === source && event.tile !== undefined && this.map.isSourceLoaded(source);
        if (!isOfATile && !this.isLoaded(source)) return;
        this.map.off("idle", look);
        this.map.off("sourcedata", look);
        resolve();
      };
      this.map.on("idle", look);
      this.map.on("sourcedata", look);
      this.map.triggerRepaint();
    });
  }
}
