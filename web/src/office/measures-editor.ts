import { button, element } from "../map/elements";
import { codeField, codesField, longField } from "./fields";
import { NEW_MEASURE, type Measure } from "./week";
import type { Words } from "./words";

/** The measures of a statement one by one, for each may have its own direction, traffic and people. */
export function measuresEditor(words: Words, measures: Measure[], changed: () => void): HTMLElement {
  const list = element("div", { class: "measures" });
  const add = button(words.say("add_measure"), () => {
    measures.push(structuredClone(NEW_MEASURE));
    changed();
    draw();
    list.querySelector<HTMLSelectElement>("fieldset.measure:last-of-type select")?.focus();
  });
  const draw = (): void => {
    const remove = (place: number) => (): void => {
      measures.splice(place, 1);
      changed();
      draw();
      add.focus();
    };
    list.replaceChildren(...measures.map((measure, place) => oneMeasure(words, measure, place, changed, remove(place))), add);
  };
  draw();
  return list;
}

function oneMeasure(words: Words, measure: Measure, place: number, changed: () => void, remove: () => void): HTMLElement {
  const put = <Name extends keyof Measure>(name: Name) => (value: Measure[Name]): void => {
    measure[name] = value;
    changed();
  };
  const nationalities = countriesField(words, measure, changed);
  const rule = codeField(words, "nationality_rule", "nationality_rule", measure.nationality_rule, false, (value) => {
    measure.nationality_rule = value;
    if (value === "all") measure.nationalities = [];
    nationalities.hidden = value === "all";
    changed();
  });
  nationalities.hidden = measure.nationality_rule === "all";
  const exception = element("input", { type: "checkbox" });
  exception.checked = measure.is_exception;
  exception.addEventListener("change", () => put("is_exception")(exception.checked));
  return element(
    "fieldset",
    { class: "measure" },
    element("legend", {}, words.say("measure_number", { number: place + 1 })),
    element(
      "div",
      { class: "fields" },
      codeField(words, "measure", "measure", measure.measure, false, put("measure")),
      codeField(words, "direction", "direction", measure.direction, false, put("direction")),
      codeField(words, "traffic", "traffic", measure.traffic, false, put("traffic")),
      rule,
      nationalities,
    ),
    codesField(words, words.column("affected_populations"), "affected_population", measure.affected_populations, put("affected_populations")),
    element("label", { class: "tick" }, exception, words.say("exception")),
    longField(words, "comment", measure.comment ?? "", (text) => put("comment")(text || null)),
    button(words.say("remove_measure"), remove),
  );
}

/** Alpha-3 codes; what is none of them is told by the service with the row. */
function countriesField(words: Words, measure: Measure, changed: () => void): HTMLElement {
  const input = element("input", { type: "text", placeholder: "SRB, BGR" });
  input.value = measure.nationalities.join(", ");
  input.addEventListener("input", () => {
    measure.nationalities = input.value.toUpperCase().split(/[\s,;]+/).filter(Boolean);
    changed();
  });
  return element("label", {}, element("span", {}, words.column("nationalities")), input);
}
