import { type MapMouseEvent, NavigationControl, type StyleSpecification, Map as WebMap } from "maplibre-gl";

import { drawPointIcons, drawRingIcon, PIXEL_RATIO } from "../../shared/icons";
import type { Service } from "../service";
import type { ViewState } from "../state/view-state";
import type { Box } from "../time/opening";
import type { MapTranslations } from "../translations";
import { COUNTRIES, PointLayers, shadeCountries, showCandidates } from "./point-layers";

const MARGIN_PX = 24;
const PANEL_WIDTH_PX = 330;

/** The map: the points of a day over countries shaded by their level. */
export class PointsMap {
  private readonly pointLayers: PointLayers;
  private readonly ready: Promise<void>;
  private day = "";
  private drawnOptions = { candidates: "", hasLevels: null as boolean | null };
  /** Whether all requested tiles of the basemap were loaded. */
  private isBasemapComplete = true;
  private levels: ReadonlyMap<string, number | null> = new Map();

  constructor(
    container: HTMLElement,
    basemap: StyleSpecification,
    private readonly service: Service,
    state: ViewState,
    translations: MapTranslations,
    private readonly onChoose: (code: string) => void,
    onMove: (at: [number, number, number]) => void,
    onLoadError: (word: "points_failed" | "map_failed") => void,
    box: Box | null,
  ) {
    const [longitude, latitude, zoom] = state.at;
    const map = new WebMap({
      container,
      style: basemap,
      center: [longitude, latitude],
      zoom,
      ...(box === null
        ? {}
        : {
            bounds: box,
            fitBoundsOptions: { padding: computePadding(container, translations.direction), maxZoom: 6 },
          }),
      // Without this, a picture of the map is blank.
      canvasContextAttributes: { preserveDrawingBuffer: true },
      attributionControl: { compact: true },
      dragRotate: false,
      pitchWithRotate: false,
      // With a fade, the points of a new day would be invisible for a moment.
      fadeDuration: 0,
      locale: { "Map.Title": translations.get("title") },
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(
      new NavigationControl({ showCompass: false }),
      translations.direction === "rtl" ? "top-left" : "top-right",
    );
    for (const [name, image] of drawPointIcons()) map.addImage(name, image, { pixelRatio: PIXEL_RATIO });
    map.setMissingStyleImageResolver((id) => {
      const image = drawRingIcon(id);
      if (image !== null && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: PIXEL_RATIO });
    });
    map.on("moveend", () => onMove([map.getCenter().lng, map.getCenter().lat, map.getZoom()]));
    this.map = map;
    this.pointLayers = new PointLayers(map, () => onLoadError("points_failed"));
    map.on("error", (event) => {
      if (!("sourceId" in event) || event.sourceId !== COUNTRIES.source) return;
      this.isBasemapComplete = false;
      onLoadError("map_failed");
    });
    this.ready = new Promise<void>((resolve) => void map.once("style.load", () => resolve()));
    map.on("click", (event) => this.handleClick(event));
    map.on("mousemove", (event) => {
      map.getCanvas().style.cursor = this.getFeatureAt(event) === undefined ? "" : "pointer";
    });
  }

  readonly map: WebMap;

  /** Draw the points and countries of this view; resolves when they are drawn. */
  async show(state: ViewState): Promise<void> {
    await this.ready;
    this.day = state.day;
    if (!this.isBasemapComplete) this.map.refreshTiles(COUNTRIES.source);
    this.isBasemapComplete = true;
    this.applyOptions(state);
    await Promise.all([
      this.pointLayers.show(this.service.buildPointTiles(state)),
      state.hasLevels ? this.shadeByLevel(state) : null,
    ]);
  }

  /** Draw or remove candidates and the shading of countries. */
  private applyOptions(state: ViewState): void {
    const tiles = this.service.buildCandidateTiles(state);
    const candidates = tiles?.url ?? "";
    if (candidates !== this.drawnOptions.candidates) showCandidates(this.map, tiles);
    if (state.hasLevels !== this.drawnOptions.hasLevels) shadeCountries(this.map, state.hasLevels);
    this.drawnOptions = { candidates, hasLevels: state.hasLevels };
  }

  /** Load the view that is likely to be next. */
  preload(state: ViewState): void {
    this.pointLayers.preload(this.service.buildPointTiles(state));
    void this.service.fetchTravelLevels(state).catch(() => undefined);
  }

  moveTo(longitude: number, latitude: number): void {
    this.map.easeTo({ center: [longitude, latitude], zoom: Math.max(this.map.getZoom(), 6) });
  }

  private async shadeByLevel(state: ViewState): Promise<void> {
    const levels = await this.service.fetchTravelLevels(state);
    if (state.day !== this.day) return;
    for (const [id, level] of levels) {
      // Most levels are the same from day to day, and setting one redraws its tile.
      if (this.levels.get(id) !== level) this.map.setFeatureState({ ...COUNTRIES, id }, { level });
    }
    this.levels = levels;
  }

  private getFeatureAt({ point }: MapMouseEvent): ReturnType<WebMap["queryRenderedFeatures"]>[number] | undefined {
    return (
      this.map.getLayer(this.pointLayers.layer) &&
      this.map.queryRenderedFeatures(point, { layers: [this.pointLayers.layer] })[0]
    );
  }

  /** Open the card of a point; zoom in on a ring. */
  private handleClick(event: MapMouseEvent): void {
    const feature = this.getFeatureAt(event);
    if (feature === undefined) return;
    if (feature.properties["points"] === undefined) this.onChoose(String(feature.properties["code"]));
    else this.map.easeTo({ center: event.lngLat, zoom: this.map.getZoom() + 2 });
  }
}

/** Compute a padding in pixels: a margin, and on a wide screen the width of the panel. */
function computePadding(
  container: HTMLElement,
  direction: string,
): { top: number; bottom: number; left: number; right: number } {
  const isCovered = container.clientWidth > 768 && container.parentElement?.classList.contains("embedded") !== true;
  const panelSide = isCovered ? PANEL_WIDTH_PX : MARGIN_PX;
  return {
    top: MARGIN_PX,
    bottom: MARGIN_PX,
    left: direction === "rtl" ? MARGIN_PX : panelSide,
    right: direction === "rtl" ? panelSide : MARGIN_PX,
  };
}
