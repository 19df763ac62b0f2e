import type { ExpressionSpecification, LayerSpecification, Map as WebMap } from "maplibre-gl";

import symbols from "../../../../api/tiles/symbols.json";
import {
  type Category,
  FADED_FROM_ZOOM,
  fadeColour,
  NO_LEVEL,
  STATUS_GROUPS,
  TRAVEL_LEVELS,
} from "../../shared/categories";
import { CANDIDATE_ICON, OLD_RING_COUNTS, OLD_SUFFIX, RING_COUNTS, SIDE_BY_SIDE } from "../../shared/icons";
import type { PointTiles } from "../service";

/** Two sources of points: one is shown, the other loads the next day behind it. */
export const POINT_SOURCES = ["points-a", "points-b"] as const;
export const COUNTRIES = { source: "basemap", sourceLayer: "countries" };
const MAX_TILE_ZOOM = 12;

/** Shade the countries of the basemap by the level in the feature state of each, or remove the shading. */
export function shadeCountries(map: WebMap, isShaded: boolean): void {
  const fillColour: ExpressionSpecification = [
    "step",
    ["zoom"],
    buildLevelColour(getFullColour),
    FADED_FROM_ZOOM,
    buildLevelColour(getFadedColour),
  ];
  map.setPaintProperty("land", "fill-color", isShaded ? fillColour : symbols.ground.land);
}

const getFullColour = ({ colour }: Category): string => colour;
const getFadedColour = ({ colour }: Category): string => fadeColour(colour);

function buildLevelColour(colourOf: (level: Category) => string): ExpressionSpecification {
  const choices = TRAVEL_LEVELS.flatMap((level) => [level.value, colourOf(level)]);
  return ["match", ["feature-state", "level"], ...choices, colourOf(NO_LEVEL)] as unknown as ExpressionSpecification;
}

/** Build the name of a point's icon from shape, status and age, or of a cluster's ring, which is drawn on demand. */
function buildIconName(lastStale: string): ExpressionSpecification {
  const isEmpty = ["any", ["==", ["get", "assessed"], false], ["!", ["has", "status_group"]]];
  const isOld = ["all", ["has", "last_assessed"], ["<=", ["get", "last_assessed"], lastStale]];
  const group = ["case", isEmpty, "not_assessed", ["get", "status_group"]];
  const age = ["case", isEmpty, "", isOld, OLD_SUFFIX, ""];
  const counts = [...RING_COUNTS, ...OLD_RING_COUNTS].flatMap((name) => ["|", ["to-string", ["get", name]]]);
  const ring = ["concat", "ring", ...counts];
  return [
    "case",
    ["has", "points"],
    ring,
    ["concat", group, "|", ["get", "poe_type"], age],
  ] as unknown as ExpressionSpecification;
}

const CANDIDATES = "candidates";
/** Up to this zoom level tiles have clusters of points. They have no candidates, which are never counted. */
const MAX_CLUSTER_ZOOM = 3;

/** Show the candidates of these tiles below the points; null removes them. */
export function showCandidates(map: WebMap, tiles: PointTiles | null): void {
  if (map.getSource(CANDIDATES) !== undefined) {
    map.removeLayer(CANDIDATES);
    map.removeSource(CANDIDATES);
  }
  if (tiles === null) return;
  map.addSource(CANDIDATES, {
    type: "vector",
    tiles: [tiles.url],
    minzoom: MAX_CLUSTER_ZOOM + 1,
    maxzoom: MAX_TILE_ZOOM,
  });
  const layout = {
    "icon-image": CANDIDATE_ICON,
    "icon-allow-overlap": true,
    "icon-offset": SIDE_BY_SIDE as unknown as ExpressionSpecification,
  };
  const layer: LayerSpecification = {
    id: CANDIDATES,
    type: "symbol",
    source: CANDIDATES,
    "source-layer": tiles.layer,
    layout,
  };
  map.addLayer(
    layer,
    POINT_SOURCES.find((source) => map.getLayer(source) !== undefined),
  );
}

function buildPointLayer(source: string, { layer, lastStale }: PointTiles): LayerSpecification {
  const order = [
    "match",
    ["get", "status_group"],
    ...STATUS_GROUPS.flatMap(({ value }, place) => [value, place + 1]),
    0,
  ];
  return {
    id: source,
    type: "symbol",
    source,
    "source-layer": layer,
    layout: {
      "icon-image": buildIconName(lastStale),
      "icon-size": ["interpolate", ["linear"], ["zoom"], 4, ["case", ["has", "points"], 1, 0.7], 6, 1],
      "icon-allow-overlap": true,
      // Names of towns move to a free side. At lower zoom levels the rings would leave hardly any name.
      "icon-ignore-placement": ["step", ["zoom"], true, MAX_CLUSTER_ZOOM + 1, false],
      "icon-offset": SIDE_BY_SIDE as unknown as ExpressionSpecification,
      "symbol-sort-key": ["case", ["==", ["get", "assessed"], false], 0, order] as unknown as ExpressionSpecification,
    },
    paint: { "icon-opacity": 0, "icon-opacity-transition": { duration: 0 } },
  };
}

/** Some points could not be loaded. */
export class PointsLoadError extends Error {
  constructor() {
    super("tiles of points could not be loaded");
  }
}

/** The two layers of points: loads the tiles of a new view in one, and swaps them when they are complete. */
export class PointLayers {
  private shownIndex = 0;
  private requestedUrl = "";
  private preloadedUrl = "";
  /** Sources with a tile that could not be loaded. */
  private readonly failed = new Set<string>();
  private isComplete = true;

  /** `onLoadError` is called if the map moves and a tile of the shown points cannot be loaded. */
  constructor(
    private readonly map: WebMap,
    onLoadError: () => void,
  ) {
    map.on("error", (event) => {
      const source = "sourceId" in event ? String(event.sourceId) : "";
      if (!POINT_SOURCES.some((name) => name === source)) return;
      this.failed.add(source);
      if (source !== this.layer || !this.isComplete) return;
      this.isComplete = false;
      onLoadError();
    });
  }

  /**
   * Show these tiles. Resolves when they are drawn, or when others were requested in the meantime. Throws a
   * PointsLoadError if tiles are missing: the others are shown, and a retry loads all of them again.
   */
  async show(tiles: PointTiles): Promise<void> {
    if (tiles.url === this.requestedUrl && this.isComplete) return;
    this.isComplete = true;
    this.requestedUrl = tiles.url;
    const [now, next] = this.sourceOrder;
    const isPreloaded = tiles.url === this.preloadedUrl && !this.failed.has(next);
    this.preloadedUrl = "";
    if (!isPreloaded) this.addPoints(next, tiles);
    if (!isPreloaded || !this.isLoaded(next)) await this.waitUntilLoaded(next);
    if (tiles.url !== this.requestedUrl) return;
    this.map.setPaintProperty(next, "icon-opacity", 1);
    // A hidden source would load tiles with every move of the map.
    this.removePoints(now);
    this.shownIndex = 1 - this.shownIndex;
    if (this.failed.has(next)) this.throwLoadError();
  }

  private throwLoadError(): never {
    this.isComplete = false;
    throw new PointsLoadError();
  }

  /** Load the tiles of the view that is likely to be next, without showing them. */
  preload(tiles: PointTiles): void {
    if (tiles.url === this.requestedUrl || tiles.url === this.preloadedUrl) return;
    this.preloadedUrl = tiles.url;
    this.addPoints(this.sourceOrder[1], tiles);
  }

  private get sourceOrder(): readonly ["points-a" | "points-b", "points-a" | "points-b"] {
    return this.shownIndex === 0 ? POINT_SOURCES : [POINT_SOURCES[1], POINT_SOURCES[0]];
  }

  /** The layer that is shown. */
  get layer(): string {
    return POINT_SOURCES[this.shownIndex] ?? "";
  }

  /** Add a new source and layer: a source whose layer changes its icon in the same frame loses new tiles. */
  private addPoints(source: string, tiles: PointTiles): void {
    this.removePoints(source);
    this.failed.delete(source);
    this.map.addSource(source, { type: "vector", tiles: [tiles.url], maxzoom: MAX_TILE_ZOOM });
    this.map.addLayer(buildPointLayer(source, tiles));
  }

  private removePoints(source: string): void {
    if (this.map.getSource(source) === undefined) return;
    this.map.removeLayer(source);
    this.map.removeSource(source);
  }

  /** A source that was removed in the meantime counts as loaded. */
  private isLoaded(source: string): boolean {
    return this.map.getSource(source) === undefined || (this.map.isSourceLoaded(source) && this.map.areTilesLoaded());
  }

  /** Resolves when the points are loaded, with or without the countries below them. */
  private waitUntilLoaded(source: string): Promise<void> {
    return new Promise((resolve) => {
      const checkLoaded = (event: { type: string; sourceId?: string; tile?: unknown }): void => {
        // A source without a requested tile counts as loaded: wait for its first tile.
        const isTileEvent = event.sourceId === source && event.tile !== undefined && this.map.isSourceLoaded(source);
        if (!isTileEvent && !this.isLoaded(source)) return;
        this.map.off("idle", checkLoaded);
        this.map.off("sourcedata", checkLoaded);
        resolve();
      };
      this.map.on("idle", checkLoaded);
      this.map.on("sourcedata", checkLoaded);
      this.map.triggerRepaint();
    });
  }
}
