import type { FeatureCollection } from "geojson";
import type { StyleSpecification } from "maplibre-gl";

import { lastStaleDay } from "./days";
import type { ReportedWeek } from "./reported-days";
import { clocks, filters, shownPoints, type ViewState } from "./view-state";

export interface Code {
  code: string;
  labels: Record<string, string>;
  definition: string;
}

/** A record of what held at a point, as its history has it. */
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
  address: string;
  /** What was last assessed on this day or before is stale. */
  lastStale: string;
}

export interface Region {
  code: string;
  kind: string;
  label: string;
}

/** The service answered, with an error. */
export class ServiceError extends Error {
  constructor(
    path: string,
    readonly status: number,
  ) {
    super(`${path} answered ${status}`);
  }
}

/** The service, as the map asks it. */
export class Service {
  private readonly levels = new Map<string, Promise<Levels>>();

  constructor(readonly root: string) {}

  /** The layer of the points of this view, and the address of its tiles, with braces for their numbers. */
  pointTiles(state: ViewState): PointTiles {
    const [layer, asked] = shownPoints(state);
    const query = new URLSearchParams({ ...asked, ...filters(state), properties: DRAWN[layer].join(",") }).toString();
    const address = `${this.root}/collections/${layer}/tiles/{z}/{x}/{y}.mvt?${query}`;
    return { layer, address, lastStale: lastStaleDay(state.day) };
  }

  /** The same of candidates, or null where they are not shown. */
  candidateTiles(state: ViewState): PointTiles | null {
    if (!state.hasCandidates || state.changes !== "") return null;
    const asked = { ...clocks(state), ...filters(state), lifecycle: "candidate", properties: "code,side" };
    const query = new URLSearchParams(asked).toString();
    const address = `${this.root}/collections/points-of-entry/tiles/{z}/{x}/{y}.mvt?${query}`;
    return { layer: "points-of-entry", address, lastStale: lastStaleDay(state.day) };
  }

  /** The style of countries, borders and names, in a language. */
  basemap(language: string): Promise<StyleSpecification> {
    return this.json(`/styles/basemap?lang=${language}`);
  }

  /** Level of international travel of each country on the day, by code; null where none is recorded. */
  travelLevels(state: ViewState): Promise<Levels> {
    const asked = clocks(state);
    const name = JSON.stringify(asked);
    if (!this.levels.has(name)) {
      // Only the day that is shown and the one that is expected are asked for again.
      if (this.levels.size > 1) this.levels.delete([...this.levels.keys()][0] ?? "");
      const found = this.levelsOf(asked);
      this.levels.set(name, found);
      found.catch(() => this.levels.delete(name));
    }
    return this.levels.get(name) as Promise<Levels>;
  }

  private async levelsOf(asked: Record<string, string>): Promise<Levels> {
    const found = await this.items("countries", { ...asked, ...COUNTRIES_ONLY });
    return new Map(found.features.map(({ id, properties }) => [String(id), properties?.["international_travel"] ?? null]));
  }

  async countries(): Promise<[code: string, name: string][]> {
    const found = await this.items("countries", { limit: "500", properties: "name", skipGeometry: "true" });
    const named = found.features.map(({ id, properties }): [string, string] => [String(id), String(properties?.["name"])]);
    return named.sort((one, other) => one[1].localeCompare(other[1]));
  }

  items(collection: string, asked: Record<string, string>, stop?: AbortSignal): Promise<FeatureCollection> {
    return this.json(`/collections/${collection}/items?${new URLSearchParams({ ...asked, f: "json" }).toString()}`, stop);
  }

  async codes(list: string): Promise<Code[]> {
    const found = await this.json<{ code_lists: { items: Code[] }[] }>(`/codes/${list}?f=json`);
    return found.code_lists[0]?.items ?? [];
  }

  async regions(): Promise<Region[]> {
    return (await this.json<{ regions: Region[] }>("/regions?f=json")).regions;
  }

  /** How many reports there were in each week that has any, by its Monday. */
  async reportedDays(state: ViewState): Promise<ReportedWeek[]> {
    const asked = state.asKnownAt === "" ? {} : { as_known_at: state.asKnownAt };
    return (await this.json<{ weeks: ReportedWeek[] }>(`/days?${new URLSearchParams({ ...asked, f: "json" }).toString()}`)).weeks;
  }

  async history(code: string, stop: AbortSignal): Promise<RestrictionRecord[]> {
    const path = `/points-of-entry/${encodeURIComponent(code)}/history?f=json`;
    return (await this.json<{ restrictions: RestrictionRecord[] }>(path, stop)).restrictions;
  }

  /** Throws a ServiceError that says what was asked and what came, or what fetch throws where nothing came. */
  async json<T>(path: string, stop?: AbortSignal): Promise<T> {
    const response = await fetch(this.root + path, stop ? { signal: stop } : {});
    if (!response.ok) throw new ServiceError(path, response.status);
    return (await response.json()) as T;
  }
}

const COUNTRIES_ONLY = { limit: "500", properties: "international_travel", skipGeometry: "true" };

/** What is drawn of a point, or looked at when it is clicked: a tile with no more than that is half as large. */
const DRAWN = {
  "points-of-entry": ["code", "poe_type", "status_group", "assessed", "last_assessed", "side"],
  changes: ["code", "poe_type", "status_group"],
};
