import { POE_TYPES, STATUS_GROUPS } from "../../shared/categories";
import { readStaleAfterDays } from "../../shared/days";
import { createCheckbox, createElement, createSelect } from "../../shared/elements";
import type { Region } from "../service";
import { hasFilters, type ViewState } from "../state/view-state";
import type { MapTranslations } from "../translations";

type OnChange = (change: Partial<ViewState>) => void;

/** Create the form of filters and options of the view. */
export function createFilterForm(
  state: ViewState,
  translations: MapTranslations,
  regions: Region[],
  countries: [string, string][],
  onChange: OnChange,
): HTMLElement {
  const any: [string, string] = ["", translations.get("any")];
  const iomRegions = regions
    .filter(({ kind }) => kind === "iom")
    .map(({ code, label }): [string, string] => [code, label]);
  const typeOptions = POE_TYPES.map(({ value }): [string, string] => [value, translations.getLabel("poe_type", value)]);
  const groupOptions = [...STATUS_GROUPS]
    .reverse()
    .map(({ value }): [string, string] => [String(value), translations.getLabel("status_group", String(value))]);
  const listOptions = (list: string): [string, string][] =>
    translations.listCodes(list).map((code) => [code, translations.getLabel(list, code)]);
  const form = createElement(
    "details",
    { class: "filters" },
    createElement("summary", {}, translations.get("filters")),
  );
  const shownOptions: [string, string][] = [
    ["", translations.get("statuses_of_day")],
    ["week", translations.get("changed_week")],
    ["month", translations.get("changed_month")],
  ];
  const reportOptions: [string, string][] = [
    any,
    ["stale", translations.get("old_report", { days: String(readStaleAfterDays()) })],
    ["not_assessed", translations.get("no_report")],
  ];
  form.append(
    createSelect(translations.get("show"), shownOptions, state.changes, (changes) =>
      onChange({ changes: changes as ViewState["changes"] }),
    ),
    createSelect(translations.get("region"), [any, ...iomRegions], state.region, (region) => onChange({ region })),
    createSelect(translations.get("country"), [any, ...countries], state.country, (country) => onChange({ country })),
    createSelect(translations.get("poe_type"), [any, ...typeOptions], state.poeType, (poeType) =>
      onChange({ poeType }),
    ),
    createSelect(translations.get("status_group"), [any, ...groupOptions], state.statusGroup, (statusGroup) =>
      onChange({ statusGroup }),
    ),
    createSelect(translations.get("last_report"), reportOptions, state.lastReport, (lastReport) =>
      onChange({ lastReport: lastReport as ViewState["lastReport"] }),
    ),
    createSelect(translations.get("measures"), [any, ...listOptions("measure")], state.measure, (measure) =>
      onChange({ measure }),
    ),
    createSelect(
      translations.get("populations"),
      [any, ...listOptions("affected_population")],
      state.population,
      (population) => onChange({ population }),
    ),
  );
  form.append(
    createCheckbox(translations.get("levels_shown"), state.hasLevels, (hasLevels) => onChange({ hasLevels })),
    createCheckbox(translations.get("candidates_shown"), state.hasCandidates, (hasCandidates) =>
      onChange({ hasCandidates }),
    ),
  );
  form.open = hasFilters(state) || state.changes !== "" || state.hasCandidates || !state.hasLevels;
  return form;
}
