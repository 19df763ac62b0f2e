import type { CurrentStatus, Week, WeekPoint } from "../../src/office/service/week";

export function buildStatus(values: Partial<CurrentStatus> = {}): CurrentStatus {
  return {
    valid_from: "2026-01-01",
    valid_until: null,
    operational_status: "open",
    expected_duration: null,
    announced_end: null,
    confidence: "confirmed",
    affected_populations: [],
    measures: [],
    ...values,
  };
}

export function buildPoint(values: Partial<WeekPoint> = {}): WeekPoint {
  return {
    point: "OA-4610",
    country: "SRB",
    name: "Belgrade",
    poe_type: "airport",
    longitude: 20.3,
    latitude: 44.8,
    last_assessed: "2026-01-05",
    is_due: false,
    opening_hours: null,
    evidence: null,
    other_country: null,
    counterpart: null,
    believed: buildStatus(),
    ...values,
  };
}

export function buildWeek(...points: WeekPoint[]): Week {
  return {
    office: { code: "serbia", name: "Serbia", language: "en", role: "office", needs_review: false, countries: ["SRB"] },
    today: "2026-01-12",
    week: { first: "2026-01-12", last: "2026-01-18" },
    points,
  };
}
