import { createButton, createElement } from "../../shared/elements";
import { createCodeField, createCodesField, createHoursField, createTextArea, createTextField } from "../form/fields";
import type { OfficeTranslations } from "../translations";
import type { Statement } from "./draft";
import { createMeasuresEditor } from "./measures-editor";

const HEALTH = [
  "health_staff",
  "sops",
  "rcce",
  "ipc",
  "surveillance_and_referral",
  "screening",
  "coordination_system",
  "border_management_measures",
];
const FLOWS = ["estimated_daily_inflow", "estimated_daily_outflow"];

/** The opening hours, which belong to the register and need no status. */
export interface Hours {
  value: string;
  onChange: (value: string) => void;
}

/** Create the fields of a point. Edits change `statement` in place and call `onChange`. */
export function createPointEditor(
  translations: OfficeTranslations,
  statement: Statement,
  hours: Hours,
  onChange: () => void,
  onDiscard: () => void,
): HTMLElement {
  const { values } = statement;
  const setValue =
    (name: string) =>
    (value: string): void => {
      values[name] = value;
      onChange();
    };
  const createText = (name: string, type: string): HTMLElement =>
    createTextField(translations, name, type, values[name] ?? "", setValue(name));
  const createCode = (name: string, list = name): HTMLElement =>
    createCodeField(translations, name, list, values[name] ?? "", true, setValue(name));
  const preparedness = createElement(
    "details",
    {},
    createElement("summary", {}, translations.get("preparedness")),
    createElement(
      "div",
      { class: "fields" },
      ...HEALTH.map((name) => createCode(name, name === "screening" ? "screening_value" : "health_value")),
      ...FLOWS.map((name) => createText(name, "number")),
    ),
  );
  preparedness.open = [...HEALTH, ...FLOWS].some((name) => values[name]);
  return createElement(
    "div",
    { class: "point-editor" },
    createElement(
      "div",
      { class: "fields" },
      createText("valid_from", "date"),
      createText("valid_until", "date"),
      createCode("expected_duration"),
      createText("announced_end", "date"),
      createCode("confidence"),
    ),
    createHoursField(translations, hours.value, hours.onChange),
    createMeasuresEditor(translations, statement.measures, onChange),
    createCodesField(
      translations,
      translations.get("others"),
      "affected_population",
      statement.affected_populations,
      (codes) => {
        statement.affected_populations = codes;
        onChange();
      },
    ),
    createElement(
      "div",
      { class: "fields" },
      createCode("source_type"),
      createText("source", "text"),
      createText("source_url", "url"),
    ),
    createTextArea(translations, "comment", values["comment"] ?? "", setValue("comment")),
    preparedness,
    createButton(translations.get("undo"), onDiscard),
  );
}
