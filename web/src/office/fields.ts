import { element } from "../map/elements";
import type { Words } from "./words";

type Changed<Value> = (value: Value) => void;
let fieldNumber = 0;

/** A field with the label of its column above it. */
function labelled(words: Words, column: string, field: HTMLElement): HTMLLabelElement {
  return element("label", { "data-column": column }, element("span", {}, words.column(column)), field);
}

export function textField(words: Words, column: string, type: string, value: string, changed: Changed<string>): HTMLLabelElement {
  const input = element("input", { type, ...(type === "number" ? { min: "0", step: "1" } : {}) });
  input.value = value;
  input.addEventListener("input", () => changed(input.value));
  return labelled(words, column, input);
}

export function longField(words: Words, column: string, value: string, changed: Changed<string>): HTMLLabelElement {
  const area = element("textarea", { rows: "2" });
  area.value = value;
  area.addEventListener("input", () => changed(area.value));
  return labelled(words, column, area);
}

/** Opening hours run from left to right in every language. */
export function hoursField(words: Words, value: string, changed: Changed<string>): HTMLElement {
  const field = textField(words, "opening_hours", "text", value, (hours) => changed(hours.trim()));
  const attributes = { dir: "ltr", maxlength: "255", placeholder: "Mo-Fr 08:00-18:00; PH off", spellcheck: "false", autocomplete: "off" };
  for (const [name, text] of Object.entries(attributes)) field.querySelector("input")?.setAttribute(name, text);
  const help = element("p", { class: "quiet", id: `hours-help-${(fieldNumber += 1)}` }, words.say("hours_help"));
  field.querySelector("input")?.setAttribute("aria-describedby", help.id);
  return element("div", { class: "hours" }, field, help);
}

/** One code of a list; `optional` fields start with an empty choice. */
export function codeField(
  words: Words,
  column: string,
  list: string,
  value: string,
  optional: boolean,
  changed: Changed<string>,
): HTMLLabelElement {
  const select = element("select", {});
  if (optional) select.append(element("option", { value: "" }, "–"));
  for (const code of words.codes(list)) select.append(element("option", { value: code }, words.label(list, code)));
  select.value = value;
  select.addEventListener("change", () => changed(select.value));
  return labelled(words, column, select);
}

/** Several codes of a list, each with a box to tick. */
export function codesField(words: Words, label: string, list: string, values: string[], changed: Changed<string[]>): HTMLElement {
  const group = element("fieldset", { class: "codes" }, element("legend", {}, label));
  const chosen = new Set(values);
  for (const code of words.codes(list)) {
    const box = element("input", { type: "checkbox", value: code });
    box.checked = chosen.has(code);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(code);
      else chosen.delete(code);
      changed([...chosen]);
    });
    group.append(element("label", { class: "tick" }, box, words.label(list, code)));
  }
  return group;
}
