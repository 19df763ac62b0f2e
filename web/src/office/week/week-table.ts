import { createElement, createSelect } from "../../shared/elements";
import type { AnswerRow } from "../service/answer";
import type { Week, WeekPoint } from "../service/week";
import type { OfficeTranslations } from "../translations";
import type { Draft } from "./draft";
import { PointRow } from "./point-row";

type Kind = "all" | "due" | "undecided" | "changed";
const KINDS: Kind[] = ["all", "due", "undecided", "changed"];

/** The table of the points of the week, with a search and a filter. */
export class WeekTable {
  readonly element: HTMLElement;
  readonly rows: Map<string, PointRow>;
  private readonly body = createElement("tbody", {});
  private readonly emptyNotice: HTMLElement;
  private text = "";
  private kind: Kind = "all";

  constructor(
    private readonly translations: OfficeTranslations,
    week: Week,
    private readonly draft: Draft,
    onChange: () => void,
  ) {
    this.rows = new Map(
      week.points.map((point) => [point.point, new PointRow(point, translations, draft, week.today, onChange)]),
    );
    this.emptyNotice = createElement("p", { role: "status" }, "");
    const heads = [translations.get("point"), translations.get("last_known"), translations.get("now")].map((word) =>
      createElement("th", { scope: "col" }, word),
    );
    const table = createElement(
      "table",
      { class: "week" },
      createElement("thead", {}, createElement("tr", {}, ...heads)),
      this.body,
    );
    this.body.append(...[...this.rows.values()].flatMap((row) => row.elements));
    this.element = createElement("div", {}, this.createControls(), table, this.emptyNotice);
    this.applyFilter();
  }

  refresh(): void {
    for (const row of this.rows.values()) row.refresh();
    this.applyFilter();
  }

  set isDisabled(isDisabled: boolean) {
    for (const row of this.rows.values()) row.isDisabled = isDisabled;
  }

  /** Show the problems of each point at its fields. */
  showProblems(rows: AnswerRow[]): void {
    const problems = new Map(rows.map(({ point, problems: rowProblems }) => [point, rowProblems]));
    for (const [point, row] of this.rows) row.showProblems(problems.get(point) ?? []);
  }

  /** Show the point, even if the filter hides it. */
  focus(point: string): void {
    const row = this.rows.get(point);
    if (row === undefined) return;
    row.element.hidden = false;
    row.focus();
  }

  private createControls(): HTMLElement {
    const { translations } = this;
    const search = createElement("input", { type: "search" });
    search.addEventListener("input", () => {
      this.text = search.value.trim().toLowerCase();
      this.applyFilter();
    });
    const kinds = KINDS.map((kind): [string, string] => [kind, translations.get(kind)]);
    const filter = createSelect(translations.get("show"), kinds, this.kind, (kind) => {
      this.kind = kind as Kind;
      this.applyFilter();
    });
    return createElement(
      "div",
      { class: "controls" },
      createElement("label", {}, createElement("span", {}, translations.get("find")), search),
      filter,
    );
  }

  private applyFilter(): void {
    let filter = 0;
    for (const row of this.rows.values()) {
      const [line, below] = row.elements;
      const isShown = this.matchesFilter(row.point);
      line.hidden = !isShown;
      below.classList.toggle("unfit", !isShown);
      if (isShown) filter += 1;
    }
    this.emptyNotice.textContent =
      filter === 0 ? this.translations.get(this.rows.size === 0 ? "no_points" : "none_shown") : "";
  }

  private matchesFilter(point: WeekPoint): boolean {
    const state = this.draft.getState(point.point);
    const isOfKind = {
      all: true,
      due: point.is_due,
      undecided: state === "nothing",
      changed: state === "changed",
    }[this.kind];
    return isOfKind && `${point.name} ${point.point}`.toLowerCase().includes(this.text);
  }
}
