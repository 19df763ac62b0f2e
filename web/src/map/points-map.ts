import { Map as WebMap, NavigationControl, type MapMouseEvent, type StyleSpecification } from "maplibre-gl";

import { PIXEL_RATIO, pointIcons, ringIcon } from "./icons";
import type { Box } from "./reported-days";
import { COUNTRIES, Faces, shadeCountries, showCandidates } from "./layers";
import type { Service } from "./service";
import type { ViewState } from "./view-state";
import type { Words } from "./words";

const MARGIN_PX = 24;
const PANEL_WIDTH_PX = 330;

/** The map itself: the points of a day over countries shaded by their level. */
export class PointsMap {
  private readonly faces: Faces;
  private readonly ready: Promise<void>;
  private day = "";
  private drawn = { candidates: "", hasLevels: null as boolean | null };
  /** Whether all tiles of the basemap that were asked for came. */
  private isWhole = true;
  private levels: ReadonlyMap<string, number | null> = new Map();

  constructor(
    container: HTMLElement,
    basemap: StyleSpecification,
    private readonly service: Service,
    state: ViewState,
    words: Words,
    private readonly chosen: (code: string) => void,
    moved: (at: [number, number, number]) => void,
    missed: (word: "points_failed" | "map_failed") => void,
    box: Box | null,
  ) {
    const [longitude, latitude, zoom] = state.at;
    const map = new WebMap({
      container,
      style: basemap,
      center: [longitude, latitude],
      zoom,
      ...(box === null ? {} : { bounds: box, fitBoundsOptions: { padding: roomBeside(container, words.direction), maxZoom: 6 } }),
      // Without it a picture of the map would be blank.
      canvasContextAttributes: { preserveDrawingBuffer: true },
      attributionControl: { compact: true },
      dragRotate: false,
      pitchWithRotate: false,
      // Points of a new day would be gone for a moment.
      fadeDuration: 0,
      locale: { "Map.Title": words.say("title") },
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), words.direction === "rtl" ? "top-left" : "top-right");
    for (const [name, image] of pointIcons()) map.addImage(name, image, { pixelRatio: PIXEL_RATIO });
    map.setMissingStyleImageResolver((id) => {
      const image = ringIcon(id);
      if (image !== null && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: PIXEL_RATIO });
    });
    map.on("moveend", () => moved([map.getCenter().lng, map.getCenter().lat, map.getZoom()]));
    this.map = map;
    this.faces = new Faces(map, () => missed("points_failed"));
    map.on("error", (event) => {
      if (!("sourceId" in event) || event.sourceId !== COUNTRIES.source) return;
      this.isWhole = false;
      missed("map_failed");
    });
    this.ready = new Promise<void>((resolve) => void map.once("style.load", () => resolve()));
    map.on("click", (event) => this.clicked(event));
    map.on("mousemove", (event) => {
      map.getCanvas().style.cursor = this.under(event) === undefined ? "" : "pointer";
    });
  }

  readonly map: WebMap;

  /** Draw the points and countries of this view; resolves when they are drawn. */
  async show(state: ViewState): Promise<void> {
    await this.ready;
    this.day = state.day;
    if (!this.isWhole) this.map.refreshTiles(COUNTRIES.source);
    this.isWhole = true;
    this.switch(state);
    await Promise.all([this.faces.show(this.service.pointTiles(state)), state.hasLevels ? this.shade(state) : null]);
  }

  /** Draw what is on and off: candidates, and the shading of countries. */
  private switch(state: ViewState): void {
    const tiles = this.service.candidateTiles(state);
    const candidates = tiles?.address ?? "";
    if (candidates !== this.drawn.candidates) showCandidates(this.map, tiles);
    if (state.hasLevels !== this.drawn.hasLevels) shadeCountries(this.map, state.hasLevels);
    this.drawn = { candidates, hasLevels: state.hasLevels };
  }

  /** Have ready what is likely to be asked for next. */
  expect(state: ViewState): void {
    this.faces.expect(this.service.pointTiles(state));
    void this.service.travelLevels(state).catch(() => undefined);
  }

  goTo(longitude: number, latitude: number): void {
    this.map.easeTo({ center: [longitude, latitude], zoom: Math.max(this.map.getZoom(), 6) });
  }

  private async shade(state: ViewState): Promise<void> {
    const levels = await this.service.travelLevels(state);
    if (state.day !== this.day) return;
    for (const [id, level] of levels) {
      // Most stay as they are from day to day, and each that is set has its tile drawn anew.
      if (this.levels.get(id) !== level) this.map.setFeatureState({ ...COUNTRIES, id }, { level });
    }
    this.levels = levels;
  }

  private under({ point }: MapMouseEvent): ReturnType<WebMap["queryRenderedFeatures"]>[number] | undefined {
    return this.map.getLayer(this.faces.layer) && this.map.queryRenderedFeatures(point, { layers: [this.faces.layer] })[0];
  }

  /** A point opens its card; a ring is looked at from closer. */
  private clicked(event: MapMouseEvent): void {
    const feature = this.under(event);
    if (feature === undefined) return;
    if (feature.properties["points"] === undefined) this.chosen(String(feature.properties["code"]));
    else this.map.easeTo({ center: event.lngLat, zoom: this.map.getZoom() + 2 });
  }
}

/** What the panel covers on a wide screen, and a margin, in pixels. */
function roomBeside(container: HTMLElement, direction: string): { top: number; bottom: number; left: number; right: number } {
  const isCovered = container.clientWidth > 768 && container.parentElement?.classList.contains("embedded") !== true;
  const beside = isCovered ? PANEL_WIDTH_PX : MARGIN_PX;
  return {
    top: MARGIN_PX,
    bottom: MARGIN_PX,
    left: direction === "rtl" ? MARGIN_PX : beside,
    right: direction === "rtl" ? beside : MARGIN_PX,
  };
}
