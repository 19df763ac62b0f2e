import { daysBetween, isStale } from "../map/days";
import { button, element } from "../map/elements";
import { colourOf } from "../categories";
import type { RowProblem } from "./answer";
import { statementOf, type Draft } from "./draft";
import { pointEditor } from "./point-editor";
import { tellAtFields } from "./told-at-fields";
import type { WeekPoint } from "./week";
import type { Words } from "./words";

const SAME = "same";

/** A point in the table: what is known, what is now, and below it all that can be said of it. */
export class PointRow {
  readonly element: HTMLTableRowElement;
  private readonly choice: HTMLSelectElement;
  private readonly opener: HTMLButtonElement;
  private readonly below = element("tr", { class: "below", hidden: "" });
  private clear: () => void = () => undefined;

  constructor(
    readonly point: WeekPoint,
    private readonly words: Words,
    private readonly draft: Draft,
    private readonly today: string,
    private readonly changed: () => void,
  ) {
    this.choice = this.statuses();
    this.opener = button(words.say("details"), () => this.toggle(), {
      "aria-expanded": "false",
      "aria-label": words.say("details_of", { point: point.name }),
    });
    this.element = element("tr", { "data-point": point.point }, this.named(), this.known(), element("td", {}, this.choice, this.opener));
    this.refresh();
  }

  /** The rows of the table: this one, and the one below it. */
  get elements(): [HTMLTableRowElement, HTMLTableRowElement] {
    return [this.element, this.below];
  }

  /** Show what the draft says. */
  refresh(): void {
    const entry = this.draft.of(this.point.point);
    this.choice.value = entry === undefined ? "" : entry === SAME ? SAME : (entry.values["operational_status"] ?? "");
    const says = this.draft.says(this.point.point);
    this.element.className = says === "nothing" ? "" : says;
  }

  /** Show what the service said of this point, errors at their fields. */
  tell(problems: RowProblem[]): void {
    this.clear();
    if (problems.some(({ severity }) => severity === "error")) this.open();
    this.clear = tellAtFields(this.elements, problems);
  }

  focus(): void {
    this.element.scrollIntoView({ block: "center" });
    this.choice.focus();
  }

  set isDisabled(isDisabled: boolean) {
    this.choice.disabled = this.opener.disabled = isDisabled;
    if (isDisabled) this.close();
  }

  private named(): HTMLElement {
    const { point, words } = this;
    const parts = element("span", { class: "quiet" }, `${point.point} · ${words.label("poe_type", point.poe_type)}`);
    return element("th", { scope: "row" }, point.name, element("br"), parts);
  }

  private known(): HTMLElement {
    const { believed, last_assessed: assessed, is_due: isDue } = this.point;
    const { words } = this;
    const { opening_hours: hours } = this.point;
    const cell = element("td", {});
    if (believed === null) {
      cell.append(assessed === null ? words.say("never") : words.say("no_status", { day: words.day(assessed) }));
    } else {
      const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = colourOf(words.group(believed.operational_status));
      const looked = assessed ? `, ${words.say("looked", { day: words.day(assessed) })}` : "";
      const days = `${words.say("since", { day: words.day(believed.valid_from) })}${looked}`;
      cell.append(swatch, words.label("operational_status", believed.operational_status), element("br"), element("span", { class: "quiet" }, days));
      if (assessed && isStale(assessed, this.today)) {
        const age = words.say("stale", { days: String(daysBetween(assessed, this.today)) });
        cell.append(" ", element("span", { class: "stale" }, age));
      }
    }
    if (hours !== null) {
      const told = [`${words.column("opening_hours")}: `, element("bdi", { dir: "ltr" }, hours)];
      cell.append(element("span", { class: "quiet line" }, ...told));
    }
    if (isDue) cell.append(" ", element("span", { class: "badge" }, words.say("is_due")));
    return cell;
  }

  private statuses(): HTMLSelectElement {
    const { words, point } = this;
    const select = element("select", { "aria-label": words.say("now_of", { point: point.name }), "data-column": "operational_status" });
    select.append(element("option", { value: "" }, words.say("not_looked")));
    if (point.believed !== null) select.append(element("option", { value: SAME }, words.say("same")));
    for (const code of words.codes("operational_status")) {
      select.append(element("option", { value: code }, words.label("operational_status", code)));
    }
    select.addEventListener("change", () => this.choose(select.value));
    return select;
  }

  /** To choose the status that is known says nothing new, unless something else was changed. */
  private choose(value: string): void {
    const { point, draft } = this;
    const isSame = value === SAME || value === point.believed?.operational_status;
    this.close();
    draft.set(point.point, value === "" ? undefined : isSame ? SAME : statementOf(point, value));
    this.told();
    if (value !== "" && !isSame) this.open();
  }

  private toggle(): void {
    if (this.below.hidden) this.open();
    else this.close();
  }

  private open(): void {
    const { point, draft, words } = this;
    const entry = draft.of(point.point);
    const status = point.believed?.operational_status ?? "unknown";
    const statement = entry === undefined || entry === SAME ? statementOf(point, status) : entry;
    const changed = (): void => {
      draft.set(point.point, statement);
      this.told();
    };
    const hours = { value: draft.hoursOf(point), changed: (text: string) => this.putHours(text) };
    const takeBack = (): void => {
      draft.set(point.point, undefined);
      this.close();
      this.told();
      this.choice.focus();
    };
    this.below.replaceChildren(element("td", { colspan: "3" }, pointEditor(words, statement, hours, changed, takeBack)));
    this.below.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
  }

  /** Where something is known of the point, other hours alone confirm it. */
  private putHours(hours: string): void {
    const { point, draft } = this;
    draft.setHours(point, hours);
    if (point.believed !== null && draft.of(point.point) === undefined) draft.set(point.point, SAME);
    this.told();
  }

  private close(): void {
    this.below.hidden = true;
    this.below.replaceChildren();
    this.opener.setAttribute("aria-expanded", "false");
  }

  private told(): void {
    this.refresh();
    this.changed();
  }
}
