import "./week-map.css";

import type { Feature, FeatureCollection } from "geojson";
import { Map as WebMap, NavigationControl, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { extentOf } from "../extent";
import { isStale } from "../map/days";
import { addFeatures, POINTS } from "../map-style";
import type { Draft } from "./draft";
import type { Week, WeekPoint } from "./week";
import type { Words } from "./words";

/** A map of the points in the colours of what is now, old ones pale; gives what draws them anew. */
export async function weekMap(
  container: HTMLElement,
  root: string,
  words: Words,
  chosen: (point: string) => void,
): Promise<(week: Week, draft: Draft) => void> {
  setWorkerUrl(workerUrl);
  const map = new WebMap({
    container,
    style: `${root}/styles/basemap?lang=${words.language}`,
    attributionControl: { compact: true },
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    locale: { "Map.Title": words.say("map") },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  await new Promise<void>((resolve) => void map.once("load", () => resolve()));
  addFeatures(map, { type: "FeatureCollection", features: [] });
  map.on("click", POINTS, ({ features }) => chosen(String(features?.[0]?.properties["point"] ?? "")));
  let isPlaced = false;
  return (week, draft) => {
    const points = featuresOf(week, draft, words);
    map.getSource<GeoJSONSource>("features")?.setData(points);
    const extent = extentOf(points.features.map(({ geometry }) => geometry));
    if (!isPlaced && extent) map.fitBounds(extent, { padding: 32, maxZoom: 9, duration: 0 });
    isPlaced = true;
  };
}

function featuresOf(week: Week, draft: Draft, words: Words): FeatureCollection {
  return { type: "FeatureCollection", features: week.points.map((point) => featureOf(point, draft, week.today, words)) };
}

function featureOf(point: WeekPoint, draft: Draft, today: string, words: Words): Feature {
  const entry = draft.of(point.point);
  const said = entry === undefined || entry === "same" ? undefined : entry.values["operational_status"];
  const status = said ?? point.believed?.operational_status;
  // What the draft says is of today.
  const isOld = entry === undefined && status !== undefined && isStale(point.last_assessed ?? "", today);
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [point.longitude, point.latitude] },
    properties: {
      point: point.point,
      poe_type: point.poe_type,
      assessed: status !== undefined,
      status_group: status === undefined ? null : words.group(status),
      ...(isOld ? { is_stale: true } : {}),
    },
  };
}
