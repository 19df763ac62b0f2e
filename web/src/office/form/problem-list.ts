import { createElement } from "../../shared/elements";
import type { RowProblem } from "../service/answer";
import type { OfficeTranslations } from "../translations";

/** Create the list of problems, with errors and warnings marked; an empty text node without problems. */
export function createProblemList(translations: OfficeTranslations, problems: RowProblem[]): Node {
  if (problems.length === 0) return document.createTextNode("");
  return createElement(
    "ul",
    { class: "problems" },
    ...problems.map((problem) =>
      createElement("li", { class: problem.severity }, ...createProblemText(translations, problem)),
    ),
  );
}

function createProblemText(
  translations: OfficeTranslations,
  { severity, column, cell, value, message, candidates, row }: RowProblem,
): (Node | string)[] {
  const where = [
    row && `${translations.get("row")} ${row}`,
    cell,
    column && translations.getColumnLabel(column),
    value && `“${value}”`,
  ]
    .filter(Boolean)
    .join(", ");
  const perhaps = candidates?.length ? ` (${translations.get("perhaps", { candidates: candidates.join(", ") })})` : "";
  return [createElement("strong", {}, translations.get(severity)), where ? ` ${where}: ` : ": ", message, perhaps];
}
