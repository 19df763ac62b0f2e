import { createButton, createElement } from "../../shared/elements";
import { createCodeField, createCodesField, createTextArea } from "../form/fields";
import { type Measure, NEW_MEASURE } from "../service/week";
import type { OfficeTranslations } from "../translations";

/** Create the editor of measures, each of which has its own direction, traffic and populations. */
export function createMeasuresEditor(
  translations: OfficeTranslations,
  measures: Measure[],
  onChange: () => void,
): HTMLElement {
  const list = createElement("div", { class: "measures" });
  const addButton = createButton(translations.get("add_measure"), () => {
    measures.push(structuredClone(NEW_MEASURE));
    onChange();
    render();
    list.querySelector<HTMLSelectElement>("fieldset.measure:last-of-type select")?.focus();
  });
  const render = (): void => {
    const remove = (place: number) => (): void => {
      measures.splice(place, 1);
      onChange();
      render();
      addButton.focus();
    };
    list.replaceChildren(
      ...measures.map((measure, place) => createMeasureFields(translations, measure, place, onChange, remove(place))),
      addButton,
    );
  };
  render();
  return list;
}

function createMeasureFields(
  translations: OfficeTranslations,
  measure: Measure,
  place: number,
  onChange: () => void,
  onRemove: () => void,
): HTMLElement {
  const setValue =
    <Name extends keyof Measure>(name: Name) =>
    (value: Measure[Name]): void => {
      measure[name] = value;
      onChange();
    };
  const nationalities = createCountriesField(translations, measure, onChange);
  const rule = createCodeField(
    translations,
    "nationality_rule",
    "nationality_rule",
    measure.nationality_rule,
    false,
    (value) => {
      measure.nationality_rule = value;
      if (value === "all") measure.nationalities = [];
      nationalities.hidden = value === "all";
      onChange();
    },
  );
  nationalities.hidden = measure.nationality_rule === "all";
  const exception = createElement("input", { type: "checkbox" });
  exception.checked = measure.is_exception;
  exception.addEventListener("change", () => setValue("is_exception")(exception.checked));
  return createElement(
    "fieldset",
    { class: "measure" },
    createElement("legend", {}, translations.get("measure_number", { number: place + 1 })),
    createElement(
      "div",
      { class: "fields" },
      createCodeField(translations, "measure", "measure", measure.measure, false, setValue("measure")),
      createCodeField(translations, "direction", "direction", measure.direction, false, setValue("direction")),
      createCodeField(translations, "traffic", "traffic", measure.traffic, false, setValue("traffic")),
      rule,
      nationalities,
    ),
    createCodesField(
      translations,
      translations.getColumnLabel("affected_populations"),
      "affected_population",
      measure.affected_populations,
      setValue("affected_populations"),
    ),
    createElement("label", { class: "tick" }, exception, translations.get("exception")),
    createTextArea(translations, "comment", measure.comment ?? "", (text) => setValue("comment")(text || null)),
    createButton(translations.get("remove_measure"), onRemove),
  );
}

/** Create a field for alpha-3 codes; the service reports unknown codes with the row. */
function createCountriesField(translations: OfficeTranslations, measure: Measure, onChange: () => void): HTMLElement {
  const input = createElement("input", { type: "text", placeholder: "SRB, BGR" });
  input.value = measure.nationalities.join(", ");
  input.addEventListener("input", () => {
    measure.nationalities = input.value
      .toUpperCase()
      .split(/[\s,;]+/)
      .filter(Boolean);
    onChange();
  });
  return createElement("label", {}, createElement("span", {}, translations.getColumnLabel("nationalities")), input);
}
