import "./week-map.css";

import type { Feature, FeatureCollection } from "geojson";
import { type GeoJSONSource, NavigationControl, setWorkerUrl, Map as WebMap } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { isStale } from "../../shared/days";
import { computeExtent } from "../../shared/extent";
import { addFeatures, POINTS } from "../../shared/feature-layers";
import type { Week, WeekPoint } from "../service/week";
import type { OfficeTranslations } from "../translations";
import type { Draft } from "./draft";

/** Create a map of the points in the colours of their status, old ones pale. Returns a function that redraws it. */
export async function createWeekMap(
  container: HTMLElement,
  root: string,
  translations: OfficeTranslations,
  onChoose: (point: string) => void,
): Promise<(week: Week, draft: Draft) => void> {
  setWorkerUrl(workerUrl);
  const map = new WebMap({
    container,
    style: `${root}/styles/basemap?lang=${translations.language}`,
    attributionControl: { compact: true },
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    locale: { "Map.Title": translations.get("map") },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }));
  await new Promise<void>((resolve) => void map.once("load", () => resolve()));
  addFeatures(map, { type: "FeatureCollection", features: [] });
  map.on("click", POINTS, ({ features }) => onChoose(String(features?.[0]?.properties["point"] ?? "")));
  let isPlaced = false;
  return (week, draft) => {
    const points = buildFeatures(week, draft, translations);
    map.getSource<GeoJSONSource>("features")?.setData(points);
    const extent = computeExtent(points.features.map(({ geometry }) => geometry));
    if (!isPlaced && extent) map.fitBounds(extent, { padding: 32, maxZoom: 9, duration: 0 });
    isPlaced = true;
  };
}

function buildFeatures(week: Week, draft: Draft, translations: OfficeTranslations): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: week.points.map((point) => buildFeature(point, draft, week.today, translations)),
  };
}

function buildFeature(point: WeekPoint, draft: Draft, today: string, translations: OfficeTranslations): Feature {
  const entry = draft.getEntry(point.point);
  const draftStatus = entry === undefined || entry === "same" ? undefined : entry.values["operational_status"];
  const status = draftStatus ?? point.believed?.operational_status;
  // A status of the draft is never old.
  const isOld = entry === undefined && status !== undefined && isStale(point.last_assessed ?? "", today);
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [point.longitude, point.latitude] },
    properties: {
      point: point.point,
      poe_type: point.poe_type,
      assessed: status !== undefined,
      status_group: status === undefined ? null : translations.getStatusGroup(status),
      ...(isOld ? { is_stale: true } : {}),
    },
  };
}
