import { getGroupColour } from "../../shared/categories";
import { countDays, isStale } from "../../shared/days";
import { createButton, createElement } from "../../shared/elements";
import { showFieldProblems } from "../form/field-problems";
import type { RowProblem } from "../service/answer";
import type { WeekPoint } from "../service/week";
import type { OfficeTranslations } from "../translations";
import { buildStatement, type Draft } from "./draft";
import { createPointEditor } from "./point-editor";

const SAME = "same";

/** The row of a point in the table: its last known status, its status now, and below it all other fields. */
export class PointRow {
  readonly element: HTMLTableRowElement;
  private readonly choice: HTMLSelectElement;
  private readonly opener: HTMLButtonElement;
  private readonly detailsRow = createElement("tr", { class: "below", hidden: "" });
  private clearProblems: () => void = () => undefined;

  constructor(
    readonly point: WeekPoint,
    private readonly translations: OfficeTranslations,
    private readonly draft: Draft,
    private readonly today: string,
    private readonly onChange: () => void,
  ) {
    this.choice = this.createStatusSelect();
    this.opener = createButton(translations.get("details"), () => this.toggle(), {
      "aria-expanded": "false",
      "aria-label": translations.get("details_of", { point: point.name }),
    });
    this.element = createElement(
      "tr",
      { "data-point": point.point },
      this.createHeading(),
      this.createLastKnown(),
      createElement("td", {}, this.choice, this.opener),
    );
    this.refresh();
  }

  /** The two table rows: the point, and its details below. */
  get elements(): [HTMLTableRowElement, HTMLTableRowElement] {
    return [this.element, this.detailsRow];
  }

  /** Show the state of the draft. */
  refresh(): void {
    const entry = this.draft.getEntry(this.point.point);
    this.choice.value = entry === undefined ? "" : entry === SAME ? SAME : (entry.values["operational_status"] ?? "");
    const state = this.draft.getState(this.point.point);
    this.element.className = state === "nothing" ? "" : state;
  }

  /** Show the problems of this point at their fields. */
  showProblems(problems: RowProblem[]): void {
    this.clearProblems();
    if (problems.some(({ severity }) => severity === "error")) this.open();
    this.clearProblems = showFieldProblems(this.elements, problems);
  }

  focus(): void {
    this.element.scrollIntoView({ block: "center" });
    this.choice.focus();
  }

  set isDisabled(isDisabled: boolean) {
    this.choice.disabled = this.opener.disabled = isDisabled;
    if (isDisabled) this.close();
  }

  private createHeading(): HTMLElement {
    const { point, translations } = this;
    const parts = createElement(
      "span",
      { class: "quiet" },
      `${point.point} · ${translations.getLabel("poe_type", point.poe_type)}`,
    );
    return createElement("th", { scope: "row" }, point.name, createElement("br"), parts);
  }

  private createLastKnown(): HTMLElement {
    const { believed, last_assessed: assessed, is_due: isDue } = this.point;
    const { translations } = this;
    const { opening_hours: hours } = this.point;
    const cell = createElement("td", {});
    if (believed === null) {
      cell.append(
        assessed === null
          ? translations.get("never")
          : translations.get("no_status", { day: translations.formatDay(assessed) }),
      );
    } else {
      const swatch = createElement("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = getGroupColour(translations.getStatusGroup(believed.operational_status));
      const assessedText = assessed
        ? `, ${translations.get("assessed", { day: translations.formatDay(assessed) })}`
        : "";
      const days = `${translations.get("since", { day: translations.formatDay(believed.valid_from) })}${assessedText}`;
      cell.append(
        swatch,
        translations.getLabel("operational_status", believed.operational_status),
        createElement("br"),
        createElement("span", { class: "quiet" }, days),
      );
      if (assessed && isStale(assessed, this.today)) {
        const age = translations.get("stale", { days: String(countDays(assessed, this.today)) });
        cell.append(" ", createElement("span", { class: "stale" }, age));
      }
    }
    if (hours !== null) {
      const parts = [`${translations.getColumnLabel("opening_hours")}: `, createElement("bdi", { dir: "ltr" }, hours)];
      cell.append(createElement("span", { class: "quiet line" }, ...parts));
    }
    if (isDue) cell.append(" ", createElement("span", { class: "badge" }, translations.get("is_due")));
    return cell;
  }

  private createStatusSelect(): HTMLSelectElement {
    const { translations, point } = this;
    const select = createElement("select", {
      "aria-label": translations.get("now_of", { point: point.name }),
      "data-column": "operational_status",
    });
    select.append(createElement("option", { value: "" }, translations.get("not_assessed")));
    if (point.believed !== null) select.append(createElement("option", { value: SAME }, translations.get("same")));
    for (const code of translations.listCodes("operational_status")) {
      select.append(createElement("option", { value: code }, translations.getLabel("operational_status", code)));
    }
    select.addEventListener("change", () => this.choose(select.value));
    return select;
  }

  /** Selecting the current status confirms it; details are changed in the fields below. */
  private choose(value: string): void {
    const { point, draft } = this;
    const isSame = value === SAME || value === point.believed?.operational_status;
    this.close();
    draft.setEntry(point.point, value === "" ? undefined : isSame ? SAME : buildStatement(point, value));
    this.notifyChange();
    if (value !== "" && !isSame) this.open();
  }

  private toggle(): void {
    if (this.detailsRow.hidden) this.open();
    else this.close();
  }

  private open(): void {
    const { point, draft, translations } = this;
    const entry = draft.getEntry(point.point);
    const status = point.believed?.operational_status ?? "unknown";
    const statement = entry === undefined || entry === SAME ? buildStatement(point, status) : entry;
    const onChange = (): void => {
      draft.setEntry(point.point, statement);
      this.notifyChange();
    };
    const hours = { value: draft.getHours(point), onChange: (text: string) => this.setHours(text) };
    const onDiscard = (): void => {
      draft.setEntry(point.point, undefined);
      this.close();
      this.notifyChange();
      this.choice.focus();
    };
    this.detailsRow.replaceChildren(
      createElement("td", { colspan: "3" }, createPointEditor(translations, statement, hours, onChange, onDiscard)),
    );
    this.detailsRow.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
  }

  /** Changed hours also confirm the current status, if there is one. */
  private setHours(hours: string): void {
    const { point, draft } = this;
    draft.setHours(point, hours);
    if (point.believed !== null && draft.getEntry(point.point) === undefined) draft.setEntry(point.point, SAME);
    this.notifyChange();
  }

  private close(): void {
    this.detailsRow.hidden = true;
    this.detailsRow.replaceChildren();
    this.opener.setAttribute("aria-expanded", "false");
  }

  private notifyChange(): void {
    this.refresh();
    this.onChange();
  }
}
