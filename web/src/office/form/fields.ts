import { createElement } from "../../shared/elements";
import type { OfficeTranslations } from "../translations";

type OnChange<Value> = (value: Value) => void;
let fieldNumber = 0;

/** Wrap a field in a label with the name of its column. */
function wrapInLabel(translations: OfficeTranslations, column: string, field: HTMLElement): HTMLLabelElement {
  return createElement(
    "label",
    { "data-column": column },
    createElement("span", {}, translations.getColumnLabel(column)),
    field,
  );
}

export function createTextField(
  translations: OfficeTranslations,
  column: string,
  type: string,
  value: string,
  onChange: OnChange<string>,
): HTMLLabelElement {
  const input = createElement("input", { type, ...(type === "number" ? { min: "0", step: "1" } : {}) });
  input.value = value;
  input.addEventListener("input", () => onChange(input.value));
  return wrapInLabel(translations, column, input);
}

export function createTextArea(
  translations: OfficeTranslations,
  column: string,
  value: string,
  onChange: OnChange<string>,
): HTMLLabelElement {
  const area = createElement("textarea", { rows: "2" });
  area.value = value;
  area.addEventListener("input", () => onChange(area.value));
  return wrapInLabel(translations, column, area);
}

/** Create the field of opening hours, which run from left to right in every language. */
export function createHoursField(
  translations: OfficeTranslations,
  value: string,
  onChange: OnChange<string>,
): HTMLElement {
  const field = createTextField(translations, "opening_hours", "text", value, (hours) => onChange(hours.trim()));
  const attributes = {
    dir: "ltr",
    maxlength: "255",
    placeholder: "Mo-Fr 08:00-18:00; PH off",
    spellcheck: "false",
    autocomplete: "off",
  };
  for (const [name, text] of Object.entries(attributes)) field.querySelector("input")?.setAttribute(name, text);
  fieldNumber += 1;
  const help = createElement("p", { class: "quiet", id: `hours-help-${fieldNumber}` }, translations.get("hours_help"));
  field.querySelector("input")?.setAttribute("aria-describedby", help.id);
  return createElement("div", { class: "hours" }, field, help);
}

/** Create a field for one code of a list; `optional` adds an empty choice. */
export function createCodeField(
  translations: OfficeTranslations,
  column: string,
  list: string,
  value: string,
  optional: boolean,
  onChange: OnChange<string>,
): HTMLLabelElement {
  const select = createElement("select", {});
  if (optional) select.append(createElement("option", { value: "" }, "–"));
  for (const code of translations.listCodes(list))
    select.append(createElement("option", { value: code }, translations.getLabel(list, code)));
  select.value = value;
  select.addEventListener("change", () => onChange(select.value));
  return wrapInLabel(translations, column, select);
}

/** Create a field for several codes of a list, each with a checkbox. */
export function createCodesField(
  translations: OfficeTranslations,
  label: string,
  list: string,
  values: string[],
  onChange: OnChange<string[]>,
): HTMLElement {
  const group = createElement("fieldset", { class: "codes" }, createElement("legend", {}, label));
  const selected = new Set(values);
  for (const code of translations.listCodes(list)) {
    const box = createElement("input", { type: "checkbox", value: code });
    box.checked = selected.has(code);
    box.addEventListener("change", () => {
      if (box.checked) selected.add(code);
      else selected.delete(code);
      onChange([...selected]);
    });
    group.append(createElement("label", { class: "tick" }, box, translations.getLabel(list, code)));
  }
  return group;
}
