import { element } from "../map/elements";
import type { RowProblem } from "./answer";

let number = 0;

/** What the service says of a column stands below its field until that is changed; gives what takes all of it away.
 *
 * The fields of a measure have columns that others have too, and the service does not say which measure it means:
 * those problems stand in the list alone. */
export function tellAtFields(places: HTMLElement[], problems: RowProblem[]): () => void {
  const fields = places.flatMap((place) => [...place.querySelectorAll<HTMLElement>("[data-column]")]);
  const told = problems.flatMap((problem) => {
    const field = fields.find((each) => each.dataset["column"] === problem.column && each.closest(".measures") === null);
    const control = field?.matches("select, input") ? field : field?.querySelector<HTMLElement>("input, select, textarea");
    return field && control ? [tell(field, control, problem)] : [];
  });
  return () => told.forEach((clear) => clear());
}

function tell(field: HTMLElement, control: HTMLElement, { message, severity }: RowProblem): () => void {
  const problem = element("span", { class: `field-problem ${severity}`, id: `field-problem-${(number += 1)}` }, message);
  besideOf(field).append(problem);
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
function besideOf(field: HTMLElement): HTMLElement {
  if (field.parentElement?.classList.contains("told-at") === true) return field.parentElement;
  const box = element("div", { class: "told-at" });
  field.before(box);
  box.append(field);
  return box;
}
