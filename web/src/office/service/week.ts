/** The points of an office with the current status of each, the response of `/office/week`. */
export interface Week {
  office: Office;
  today: string;
  week: { first: string; last: string };
  points: WeekPoint[];
}

export interface Office {
  code: string;
  name: string;
  language: string;
  role: "office" | "reviewer" | "admin";
  needs_review: boolean;
  countries: string[];
}

export interface WeekPoint {
  point: string;
  country: string;
  name: string;
  poe_type: string;
  longitude: number;
  latitude: number;
  last_assessed: string | null;
  is_due: boolean;
  /** The opening hours of the register, in OpenStreetMap's syntax. */
  opening_hours: string | null;
  evidence: string | null;
  other_country: string | null;
  counterpart: string | null;
  believed: CurrentStatus | null;
}

/** The current status of a point, in the columns of an update. */
export interface CurrentStatus {
  valid_from: string;
  valid_until: string | null;
  operational_status: string;
  expected_duration: string | null;
  announced_end: string | null;
  confidence: string;
  affected_populations: string[];
  measures: Measure[];
}

export interface Measure {
  measure: string;
  direction: string;
  traffic: string;
  affected_populations: string[];
  nationality_rule: string;
  nationalities: string[];
  is_exception: boolean;
  comment: string | null;
}

export const NEW_MEASURE: Measure = {
  measure: "movement_restricted",
  direction: "both",
  traffic: "all",
  affected_populations: [],
  nationality_rule: "all",
  nationalities: [],
  is_exception: false,
  comment: null,
};
