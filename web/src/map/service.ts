import type { FeatureCollection } from "geojson";
import type { StyleSpecification } from "maplibre-gl";

import { getLastStaleDay } from "../shared/days";
import type { Code } from "../shared/translations";
import { buildFilters, buildTimeQuery, selectCollection, type ViewState } from "./state/view-state";

/** A record of a point's history. */
export interface RestrictionRecord {
  id: number;
  operational_status: string;
  status_group: string;
  measures: string[];
  affected_populations: string[];
  comment: string | null;
  source: string;
  source_url: string | null;
  valid_from: string | null;
  valid_to: string | null;
  recorded_from: string;
  recorded_to: string | null;
}

type Levels = ReadonlyMap<string, number | null>;

export interface PointTiles {
  layer: string;
  url: string;
  /** A status that was last assessed on this day or before is stale. */
  lastStale: string;
}

/** Counts of a week, by its Monday. */
export interface ReportedWeek {
  week: string;
  assessments: number;
  statuses_begun: number;
  levels_changed: number;
}

export interface Region {
  code: string;
  kind: string;
  label: string;
}

/** The service answered with an error. */
export class ServiceError extends Error {
  constructor(
    path: string,
    readonly status: number,
  ) {
    super(`${path} answered ${status}`);
  }
}

/** Requests of the map to the service. */
export class Service {
  private readonly levels = new Map<string, Promise<Levels>>();

  constructor(readonly root: string) {}

  /** Build the layer and the URL template of the tiles with the points of this view. */
  buildPointTiles(state: ViewState): PointTiles {
    const [layer, timeQuery] = selectCollection(state);
    const query = new URLSearchParams({
      ...timeQuery,
      ...buildFilters(state),
      properties: TILE_PROPERTIES[layer].join(","),
    }).toString();
    const url = `${this.root}/collections/${layer}/tiles/{z}/{x}/{y}.mvt?${query}`;
    return { layer, url, lastStale: getLastStaleDay(state.day) };
  }

  /** Build the layer and the URL template of candidates, or null if the view has none. */
  buildCandidateTiles(state: ViewState): PointTiles | null {
    if (!state.hasCandidates || state.changes !== "") return null;
    const parameters = {
      ...buildTimeQuery(state),
      ...buildFilters(state),
      lifecycle: "candidate",
      properties: "code,side",
    };
    const query = new URLSearchParams(parameters).toString();
    const url = `${this.root}/collections/points-of-entry/tiles/{z}/{x}/{y}.mvt?${query}`;
    return { layer: "points-of-entry", url, lastStale: getLastStaleDay(state.day) };
  }

  /** Fetch the style of countries, borders and names in a language. */
  fetchBasemap(language: string): Promise<StyleSpecification> {
    return this.fetchJson(`/styles/basemap?lang=${language}`);
  }

  /** Fetch the level of international travel of each country on the day, by code; null if none is recorded. */
  fetchTravelLevels(state: ViewState): Promise<Levels> {
    const query = buildTimeQuery(state);
    const name = JSON.stringify(query);
    if (!this.levels.has(name)) {
      // Cache two days: the one that is shown and the one that was preloaded.
      if (this.levels.size > 1) this.levels.delete([...this.levels.keys()][0] ?? "");
      const response = this.loadTravelLevels(query);
      this.levels.set(name, response);
      response.catch(() => this.levels.delete(name));
    }
    return this.levels.get(name) as Promise<Levels>;
  }

  private async loadTravelLevels(query: Record<string, string>): Promise<Levels> {
    const response = await this.fetchItems("countries", { ...query, ...COUNTRIES_ONLY });
    return new Map(
      response.features.map(({ id, properties }) => [String(id), properties?.["international_travel"] ?? null]),
    );
  }

  async fetchCountries(): Promise<[code: string, name: string][]> {
    const response = await this.fetchItems("countries", { limit: "500", properties: "name", skipGeometry: "true" });
    const countries = response.features.map(({ id, properties }): [string, string] => [
      String(id),
      String(properties?.["name"]),
    ]);
    return countries.sort((one, other) => one[1].localeCompare(other[1]));
  }

  fetchItems(collection: string, query: Record<string, string>, signal?: AbortSignal): Promise<FeatureCollection> {
    return this.fetchJson(
      `/collections/${collection}/items?${new URLSearchParams({ ...query, f: "json" }).toString()}`,
      signal,
    );
  }

  async fetchCodes(list: string): Promise<Code[]> {
    const response = await this.fetchJson<{ code_lists: { items: Code[] }[] }>(`/codes/${list}?f=json`);
    return response.code_lists[0]?.items ?? [];
  }

  async fetchRegions(): Promise<Region[]> {
    return (await this.fetchJson<{ regions: Region[] }>("/regions?f=json")).regions;
  }

  /** Fetch the number of reports of each week that has any. */
  async fetchReportedWeeks(state: ViewState): Promise<ReportedWeek[]> {
    const query = state.asKnownAt === "" ? {} : { as_known_at: state.asKnownAt };
    return (
      await this.fetchJson<{ weeks: ReportedWeek[] }>(
        `/days?${new URLSearchParams({ ...query, f: "json" }).toString()}`,
      )
    ).weeks;
  }

  async fetchHistory(code: string, signal: AbortSignal): Promise<RestrictionRecord[]> {
    const path = `/points-of-entry/${encodeURIComponent(code)}/history?f=json`;
    return (await this.fetchJson<{ restrictions: RestrictionRecord[] }>(path, signal)).restrictions;
  }

  /** Throws a ServiceError if the service answers with an error, and the error of `fetch` without an answer. */
  async fetchJson<T>(path: string, signal?: AbortSignal): Promise<T> {
    const response = await fetch(this.root + path, signal ? { signal } : {});
    if (!response.ok) throw new ServiceError(path, response.status);
    return (await response.json()) as T;
  }
}

const COUNTRIES_ONLY = { limit: "500", properties: "international_travel", skipGeometry: "true" };

/** The properties of points that are drawn or needed for clicks: tiles with only these are half as large. */
const TILE_PROPERTIES = {
  "points-of-entry": ["code", "poe_type", "status_group", "assessed", "last_assessed", "side"],
  changes: ["code", "poe_type", "status_group"],
};
