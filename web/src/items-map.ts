import "./items-map.css";

import type { Feature, FeatureCollection } from "geojson";
import { Map as WebMap, NavigationControl, Popup, setWorkerUrl, type MapMouseEvent } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { extentOf, type Extent } from "./extent";
import { popupContent } from "./feature-popup";
import { legendOf } from "./legend";
import { isStale } from "./map/days";
import { addFeatures, AREAS, POINTS } from "./map-style";

const WORLD: Extent = [-180, -56, 180, 78];

setWorkerUrl(workerUrl);
const container = document.getElementById("items-map");
if (container !== null) void show(container);

/** The map of the features at `data-items`, or a sentence that says why there is none. */
async function show(container: HTMLElement): Promise<void> {
  if (document.createElement("canvas").getContext("webgl2") === null) {
    explain(container, "The map needs WebGL 2, which this browser does not offer. The page says the same in words.");
    return;
  }
  try {
    const items = new URL(container.dataset["items"] ?? "", window.location.href);
    const document = await read(items);
    draw(container, items, document, document.datetime ?? container.dataset["days"] ?? "");
  } catch (error) {
    console.error(error);
    explain(container, "The map could not be drawn. The page says the same in words.");
  }
}

/** A collection says which days it is of. */
type Answer = (FeatureCollection | Feature) & { datetime?: string };

async function read(items: URL): Promise<Answer> {
  const response = await fetch(items, { headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Error(`${items.href} answered ${response.status}`);
  return (await response.json()) as Answer;
}

function draw(container: HTMLElement, items: URL, document: Answer, days: string): void {
  const isOne = document.type === "Feature";
  const features = (isOne ? [document] : document.features).map((feature) => withAge(feature, days));
  const extent = extentOf(features.flatMap(({ geometry }) => geometry ?? [])) ?? WORLD;
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
    addFeatures(map, numbered(features));
    answerClicks(map, features, isOne ? null : items);
  });
  container.after(legendOf(features));
}

/** The feature, with whether its status is stale at the end of the days. */
function withAge(feature: Feature, days: string): Feature {
  const { assessed, last_assessed: last } = feature.properties ?? {};
  const day = days.slice(days.indexOf("/") + 1);
  const isOld = assessed === true && day !== "" && day !== ".." && isStale(String(last ?? ""), day);
  return isOld ? { ...feature, properties: { ...feature.properties, is_stale: true } } : feature;
}

/** The features with their place in the page as number: MapLibre drops ids that are text and flattens properties. */
function numbered(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features: features.map((feature, place) => ({ ...feature, id: place })) };
}

function answerClicks(map: WebMap, features: Feature[], items: URL | null): void {
  const under = ({ point }: MapMouseEvent): Feature[] => {
    const places = new Set(map.queryRenderedFeatures(point, { layers: [POINTS, AREAS] }).map(({ id }) => Number(id)));
    return [...places].flatMap((place) => features[place] ?? []);
  };
  map.on("click", (event) => {
    const clicked = under(event);
    if (clicked.length === 0) return;
    new Popup({ maxWidth: "280px" }).setLngLat(event.lngLat).setDOMContent(popupContent(clicked, items)).addTo(map);
  });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = under(event).length > 0 ? "pointer" : "";
  });
}

function explain(container: HTMLElement, sentence: string): void {
  container.classList.add("no-map");
  container.textContent = sentence;
}
