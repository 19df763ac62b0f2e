import { createElement } from "../../shared/elements";
import type { RowProblem } from "../service/answer";

let problemNumber = 0;

/**
 * Show the problem of a column below its field until the field changes. Returns a function that removes all of them.
 *
 * Problems of measures are in the list only: several measures have the same columns, and a problem does not name
 * its measure.
 */
export function showFieldProblems(places: HTMLElement[], problems: RowProblem[]): () => void {
  const fields = places.flatMap((place) => [...place.querySelectorAll<HTMLElement>("[data-column]")]);
  const clearFunctions = problems.flatMap((problem) => {
    const field = fields.find(
      (each) => each.dataset["column"] === problem.column && each.closest(".measures") === null,
    );
    const control = field?.matches("select, input")
      ? field
      : field?.querySelector<HTMLElement>("input, select, textarea");
    return field && control ? [showFieldProblem(field, control, problem)] : [];
  });
  return () => {
    for (const clear of clearFunctions) clear();
  };
}

function showFieldProblem(field: HTMLElement, control: HTMLElement, { message, severity }: RowProblem): () => void {
  problemNumber += 1;
  const problem = createElement(
    "span",
    { class: `field-problem ${severity}`, id: `field-problem-${problemNumber}` },
    message,
  );
  wrapField(field).append(problem);
  const help = control.getAttribute("aria-describedby");
  control.setAttribute("aria-describedby", help === null ? problem.id : `${help} ${problem.id}`);
  if (severity === "error") control.setAttribute("aria-invalid", "true");
  const clear = (): void => {
    problem.remove();
    control.removeAttribute("aria-invalid");
    if (help === null) control.removeAttribute("aria-describedby");
    else control.setAttribute("aria-describedby", help);
  };
  control.addEventListener("input", clear, { once: true });
  return clear;
}

/** Wrap a field in a box for its problem: inside the label, the problem would be part of the field's name. */
function wrapField(field: HTMLElement): HTMLElement {
  if (field.parentElement?.classList.contains("told-at") === true) return field.parentElement;
  const box = createElement("div", { class: "told-at" });
  field.before(box);
  box.append(field);
  return box;
}
