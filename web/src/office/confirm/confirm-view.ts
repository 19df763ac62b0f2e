import { createElement } from "../../shared/elements";
import { createTextField } from "../form/fields";
import type { Session } from "../service/session";
import type { Week, WeekPoint } from "../service/week";
import type { OfficeTranslations } from "../translations";
import { type ConfirmationSource, ConfirmRow } from "./confirm-row";

/** The evidence of points that no office confirmed. */
const UNCONFIRMED_EVIDENCE = "compiled_list";

export function listUnconfirmedPoints({ points }: Week): WeekPoint[] {
  return points.filter(({ evidence }) => evidence === UNCONFIRMED_EVIDENCE);
}

/** Create the table of points to confirm, each with one click; `onCountChange` gets the number that still wait. */
export function createConfirmView(
  translations: OfficeTranslations,
  session: Session,
  week: Week,
  countries: Map<string, string>,
  onCountChange: (points: number) => void,
): HTMLElement {
  const source: ConfirmationSource = { source: "", valid_from: "" };
  const waiting = new Set(listUnconfirmedPoints(week));
  const emptyNotice = createElement("p", { role: "status" });
  const markDone = (point: WeekPoint): void => {
    waiting.delete(point);
    onCountChange(waiting.size);
    if (waiting.size === 0) emptyNotice.textContent = translations.get("all_confirmed");
  };
  const rows = [...waiting].map(
    (point) => new ConfirmRow(translations, session, point, countries, source, () => markDone(point)),
  );
  const heads = [
    translations.get("point"),
    translations.getColumnLabel("counterpart"),
    translations.get("confirm"),
  ].map((word) => createElement("th", { scope: "col" }, word));
  const table = createElement(
    "table",
    { class: "to-confirm" },
    createElement("thead", {}, createElement("tr", {}, ...heads)),
    createElement("tbody", {}, ...rows.map((row) => row.element)),
  );
  return createElement(
    "section",
    {},
    createElement("p", {}, translations.get("to_confirm_help")),
    createSourceFields(translations, week.today, source),
    table,
    emptyNotice,
  );
}

function createSourceFields(translations: OfficeTranslations, today: string, source: ConfirmationSource): HTMLElement {
  const setValue =
    (name: keyof ConfirmationSource) =>
    (value: string): void => {
      source[name] = value;
    };
  const sourceField = createTextField(translations, "source", "text", "", setValue("source"));
  const since = createTextField(translations, "valid_from", "date", "", setValue("valid_from"));
  since.querySelector("input")?.setAttribute("max", today);
  sourceField.querySelector("span")?.replaceChildren(translations.get("common_source"));
  since.querySelector("span")?.replaceChildren(translations.get("exists_since"));
  return createElement("div", { class: "controls" }, sourceField, since);
}
