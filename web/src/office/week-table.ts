import { choice, element } from "../map/elements";
import type { AnswerRow } from "./answer";
import type { Draft } from "./draft";
import { PointRow } from "./point-row";
import type { Week, WeekPoint } from "./week";
import type { Words } from "./words";

type Kind = "all" | "due" | "undecided" | "changed";
const KINDS: Kind[] = ["all", "due", "undecided", "changed"];

/** The points of the week, of which some can be looked for. */
export class WeekTable {
  readonly element: HTMLElement;
  readonly rows: Map<string, PointRow>;
  private readonly body = element("tbody", {});
  private readonly none: HTMLElement;
  private text = "";
  private kind: Kind = "all";

  constructor(
    private readonly words: Words,
    week: Week,
    private readonly draft: Draft,
    changed: () => void,
  ) {
    this.rows = new Map(week.points.map((point) => [point.point, new PointRow(point, words, draft, week.today, changed)]));
    this.none = element("p", { role: "status" }, "");
    const heads = [words.say("point"), words.say("believed"), words.say("now")].map((word) => element("th", { scope: "col" }, word));
    const table = element("table", { class: "week" }, element("thead", {}, element("tr", {}, ...heads)), this.body);
    this.body.append(...[...this.rows.values()].flatMap((row) => row.elements));
    this.element = element("div", {}, this.controls(), table, this.none);
    this.narrow();
  }

  refresh(): void {
    for (const row of this.rows.values()) row.refresh();
    this.narrow();
  }

  set isDisabled(isDisabled: boolean) {
    for (const row of this.rows.values()) row.isDisabled = isDisabled;
  }

  /** Show what the service said of each point at its fields. */
  tell(answered: AnswerRow[]): void {
    const problems = new Map(answered.map(({ point, problems: told }) => [point, told]));
    for (const [point, row] of this.rows) row.tell(problems.get(point) ?? []);
  }

  /** Show the point, whatever was looked for. */
  focus(point: string): void {
    const row = this.rows.get(point);
    if (row === undefined) return;
    row.element.hidden = false;
    row.focus();
  }

  private controls(): HTMLElement {
    const { words } = this;
    const search = element("input", { type: "search" });
    search.addEventListener("input", () => {
      this.text = search.value.trim().toLowerCase();
      this.narrow();
    });
    const kinds = KINDS.map((kind): [string, string] => [kind, words.say(kind)]);
    const shown = choice(words.say("show"), kinds, this.kind, (kind) => {
      this.kind = kind as Kind;
      this.narrow();
    });
    return element("div", { class: "controls" }, element("label", {}, element("span", {}, words.say("find")), search), shown);
  }

  private narrow(): void {
    let shown = 0;
    for (const row of this.rows.values()) {
      const [line, below] = row.elements;
      const fits = this.fits(row.point);
      line.hidden = !fits;
      below.classList.toggle("unfit", !fits);
      if (fits) shown += 1;
    }
    this.none.textContent = shown === 0 ? this.words.say(this.rows.size === 0 ? "no_points" : "none_shown") : "";
  }

  private fits(point: WeekPoint): boolean {
    const says = this.draft.says(point.point);
    const ofKind = {
      all: true,
      due: point.is_due,
      undecided: says === "nothing",
      changed: says === "changed",
    }[this.kind];
    return ofKind && `${point.name} ${point.point}`.toLowerCase().includes(this.text);
  }
}
