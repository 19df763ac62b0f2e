import { button, element } from "../map/elements";
import type { Statement } from "./draft";
import { codeField, codesField, hoursField, longField, textField } from "./fields";
import { measuresEditor } from "./measures-editor";
import type { Words } from "./words";

const HEALTH = ["health_staff", "sops", "rcce", "ipc", "surveillance_and_referral", "screening", "coordination_system", "border_management_measures"];
const FLOWS = ["estimated_daily_inflow", "estimated_daily_outflow"];

/** The opening hours, which are of the register and need no status. */
export interface Hours {
  value: string;
  changed: (value: string) => void;
}

/** All that can be said of a point; what is changed in `statement` is told by `changed`. */
export function pointEditor(words: Words, statement: Statement, hours: Hours, changed: () => void, takeBack: () => void): HTMLElement {
  const { values } = statement;
  const put = (name: string) => (value: string): void => {
    values[name] = value;
    changed();
  };
  const text = (name: string, type: string): HTMLElement => textField(words, name, type, values[name] ?? "", put(name));
  const code = (name: string, list = name): HTMLElement => codeField(words, name, list, values[name] ?? "", true, put(name));
  const more = element(
    "details",
    {},
    element("summary", {}, words.say("preparedness")),
    element(
      "div",
      { class: "fields" },
      ...HEALTH.map((name) => code(name, name === "screening" ? "screening_value" : "health_value")),
      ...FLOWS.map((name) => text(name, "number")),
    ),
  );
  more.open = [...HEALTH, ...FLOWS].some((name) => values[name]);
  return element(
    "div",
    { class: "point-editor" },
    element("div", { class: "fields" }, text("valid_from", "date"), text("valid_until", "date"), code("expected_duration"), text("announced_end", "date"), code("confidence")),
    hoursField(words, hours.value, hours.changed),
    measuresEditor(words, statement.measures, changed),
    codesField(words, words.say("others"), "affected_population", statement.affected_populations, (codes) => {
      statement.affected_populations = codes;
      changed();
    }),
    element("div", { class: "fields" }, code("source_type"), text("source", "text"), text("source_url", "url")),
    longField(words, "comment", values["comment"] ?? "", put("comment")),
    more,
    button(words.say("take_back"), takeBack),
  );
}
