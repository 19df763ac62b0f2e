import { createElement } from "../../shared/elements";
import type { RowProblem } from "../service/answer";

let problemNumber = 0;

/** What the service says of a column stands below its field until that is changed; gives what takes all of it away.
 *
 * The fields of a measure have columns that others have too, and the service does not say which measure it means:
 * those problems stand in the list alone. */
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

/** The field in a box of its own: inside its label the problem would be part of its name. */
function wrapField(field: HTMLElement): HTMLElement {
  if (field.parentElement?.classList.contains("told-at") === true) return field.parentElement;
  const box = createElement("div", { class: "told-at" });
  field.before(box);
  box.append(field);
  return box;
}
