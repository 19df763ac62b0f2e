import "./items-map.css";

import type { Feature, FeatureCollection } from "geojson";
import { type MapMouseEvent, NavigationControl, Popup, setWorkerUrl, Map as WebMap } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { createPopupContent } from "./items/feature-popup";
import { createItemsLegend } from "./items/items-legend";
import { isStale } from "./shared/days";
import { computeExtent, type Extent } from "./shared/extent";
import { AREAS, addFeatures, POINTS } from "./shared/feature-layers";

const WORLD: Extent = [-180, -56, 180, 78];

setWorkerUrl(workerUrl);
const container = document.getElementById("items-map");
if (container !== null) void showMap(container);

/** Show the map of the features at `data-items`, or a sentence with the reason why there is no map. */
async function showMap(container: HTMLElement): Promise<void> {
  if (document.createElement("canvas").getContext("webgl2") === null) {
    showExplanation(
      container,
      "The map needs WebGL 2, which this browser does not offer. The page has the same data in words.",
    );
    return;
  }
  try {
    const items = new URL(container.dataset["items"] ?? "", window.location.href);
    const document = await fetchItems(items);
    drawMap(container, items, document, document.datetime ?? container.dataset["days"] ?? "");
  } catch (error) {
    console.error(error);
    showExplanation(container, "The map could not be drawn. The page has the same data in words.");
  }
}

/** Collections have the days of their items in `datetime`. */
type ItemsResponse = (FeatureCollection | Feature) & { datetime?: string };

async function fetchItems(items: URL): Promise<ItemsResponse> {
  const response = await fetch(items, { headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Error(`${items.href} answered ${response.status}`);
  return (await response.json()) as ItemsResponse;
}

function drawMap(container: HTMLElement, items: URL, document: ItemsResponse, days: string): void {
  const isOne = document.type === "Feature";
  const features = (isOne ? [document] : document.features).map((feature) => markStale(feature, days));
  const extent = computeExtent(features.flatMap(({ geometry }) => geometry ?? [])) ?? WORLD;
  container.classList.toggle("of-the-world", extent[2] - extent[0] > 180);
  const map = new WebMap({
    container,
    style: container.dataset["style"] ?? "",
    bounds: extent,
    fitBoundsOptions: { padding: { top: 24, left: 24, right: 24, bottom: 48 }, maxZoom: 7 },
    // Without it the map is blank on paper.
    canvasContextAttributes: { preserveDrawingBuffer: true },
    attributionControl: { compact: false },
    // The page scrolls under the pointer; zooming by wheel takes Ctrl, by touch two fingers.
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    locale: { "Map.Title": container.getAttribute("aria-label") ?? "Map" },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  void map.once("load", () => {
    addFeatures(map, numberFeatures(features));
    openPopupsOnClick(map, features, isOne ? null : items);
  });
  container.after(createItemsLegend(features));
}

/** Add `is_stale` to a feature whose status is stale at the end of `days`, a day or an interval. */
function markStale(feature: Feature, days: string): Feature {
  const { assessed, last_assessed: last } = feature.properties ?? {};
  const day = days.slice(days.indexOf("/") + 1);
  const isOld = assessed === true && day !== "" && day !== ".." && isStale(String(last ?? ""), day);
  return isOld ? { ...feature, properties: { ...feature.properties, is_stale: true } } : feature;
}

/** Replace each id by the feature's index: MapLibre drops ids that are text and flattens properties. */
function numberFeatures(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features: features.map((feature, place) => ({ ...feature, id: place })) };
}

function openPopupsOnClick(map: WebMap, features: Feature[], items: URL | null): void {
  const listFeaturesAt = ({ point }: MapMouseEvent): Feature[] => {
    const places = new Set(map.queryRenderedFeatures(point, { layers: [POINTS, AREAS] }).map(({ id }) => Number(id)));
    return [...places].flatMap((place) => features[place] ?? []);
  };
  map.on("click", (event) => {
    const clicked = listFeaturesAt(event);
    if (clicked.length === 0) return;
    new Popup({ maxWidth: "280px" })
      .setLngLat(event.lngLat)
      .setDOMContent(createPopupContent(clicked, items))
      .addTo(map);
  });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = listFeaturesAt(event).length > 0 ? "pointer" : "";
  });
}

function showExplanation(container: HTMLElement, sentence: string): void {
  container.classList.add("no-map");
  container.textContent = sentence;
}
