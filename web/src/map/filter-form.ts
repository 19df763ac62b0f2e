import { POE_TYPES, STATUS_GROUPS } from "../categories";
import { staleAfterDays } from "./days";
import { choice, element, tick } from "./elements";
import type { Region } from "./service";
import { isNarrowed, type ViewState } from "./view-state";
import type { Words } from "./words";

type Changed = (change: Partial<ViewState>) => void;

/** What narrows the points that are shown. */
export function filterForm(
  state: ViewState,
  words: Words,
  regions: Region[],
  countries: [string, string][],
  changed: Changed,
): HTMLElement {
  const any: [string, string] = ["", words.say("any")];
  const ofIom = regions.filter(({ kind }) => kind === "iom").map(({ code, label }): [string, string] => [code, label]);
  const types = POE_TYPES.map(({ value }): [string, string] => [value, words.label("poe_type", value)]);
  const groups = [...STATUS_GROUPS].reverse().map(({ value }): [string, string] => [String(value), words.label("status_group", String(value))]);
  const listed = (list: string): [string, string][] => words.codes(list).map((code) => [code, words.label(list, code)]);
  const form = element("details", { class: "filters" }, element("summary", {}, words.say("filters")));
  const shown: [string, string][] = [
    ["", words.say("what_held")],
    ["week", words.say("changed_week")],
    ["month", words.say("changed_month")],
  ];
  const reports: [string, string][] = [
    any,
    ["stale", words.say("old", { days: String(staleAfterDays()) })],
    ["not_assessed", words.say("none_yet")],
  ];
  form.append(
    choice(words.say("show"), shown, state.changes, (changes) => changed({ changes: changes as ViewState["changes"] })),
    choice(words.say("region"), [any, ...ofIom], state.region, (region) => changed({ region })),
    choice(words.say("country"), [any, ...countries], state.country, (country) => changed({ country })),
    choice(words.say("poe_type"), [any, ...types], state.poeType, (poeType) => changed({ poeType })),
    choice(words.say("status_group"), [any, ...groups], state.statusGroup, (statusGroup) => changed({ statusGroup })),
    choice(words.say("last_report"), reports, state.lastReport, (lastReport) => changed({ lastReport: lastReport as ViewState["lastReport"] })),
    choice(words.say("measures"), [any, ...listed("measure")], state.measure, (measure) => changed({ measure })),
    choice(words.say("populations"), [any, ...listed("affected_population")], state.population, (population) =>
      changed({ population }),
    ),
  );
  form.append(
    tick(words.say("levels_shown"), state.hasLevels, (hasLevels) => changed({ hasLevels })),
    tick(words.say("candidates_shown"), state.hasCandidates, (hasCandidates) => changed({ hasCandidates })),
  );
  form.open = isNarrowed(state) || state.changes !== "" || state.hasCandidates || !state.hasLevels;
  return form;
}
