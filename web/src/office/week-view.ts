import { button, element } from "../map/elements";
import type { Answer } from "./answer";
import { difference, slowButton, summary } from "./difference";
import { Draft } from "./draft";
import type { Outbox } from "./outbox";
import { ServiceRefused } from "./refused";
import type { Session } from "./session";
import type { Week, WeekPoint } from "./week";
import { WeekTable } from "./week-table";
import type { Words } from "./words";

/** The week of the office: what is known filled in, what is now said point by point, seen as a difference, and sent. */
export class WeekView {
  readonly element = element("section", {});
  private readonly draft: Draft;
  private readonly progress = element("p", { class: "progress", role: "status" });
  private readonly told = element("div", { class: "told", tabindex: "-1" });
  private readonly map: HTMLElement;
  private table: WeekTable;
  private drawn: ((week: Week, draft: Draft) => void) | null = null;

  constructor(
    private readonly words: Words,
    private readonly session: Session,
    private week: Week,
    draftName: string,
    private readonly outbox: Outbox,
    private readonly reload: () => Promise<Week>,
  ) {
    this.draft = new Draft(draftName, week.today);
    outbox.listener = {
      waiting: () => this.waiting(),
      taken: (answer, draft) => void this.taken(answer, draft),
      refused: (error) => this.refused(error),
    };
    this.map = this.mapOfPoints();
    this.table = this.newTable();
    this.draw();
    if (!this.outbox.isEmpty) void this.outbox.send();
  }

  private newTable(): WeekTable {
    return new WeekTable(this.words, this.week, this.draft, () => this.changed());
  }

  private draw(): void {
    const { words } = this;
    const day = element("input", { type: "date", max: this.week.today });
    day.value = this.draft.assessedOn;
    day.addEventListener("change", () => {
      this.draft.assessedOn = day.value || this.week.today;
    });
    const looked = element("label", { class: "looked" }, element("span", {}, words.say("assessed_on")), day);
    this.element.replaceChildren(looked, this.map, this.table.element, this.told, this.actions());
    this.changed();
    this.table.isDisabled = !this.outbox.isEmpty;
  }

  private actions(): HTMLElement {
    const { words } = this;
    return element(
      "div",
      { class: "actions" },
      this.progress,
      button(words.say("rest"), () => this.confirmRest()),
      slowButton(words, words.say("see"), () => this.see(), { class: "main" }),
      button(words.say("clear"), () => {
        if (window.confirm(words.say("clear_sure"))) this.startOver();
      }),
    );
  }

  /** Drawn after the table is there, and only where it is looked at: its library is most of what a page loads. */
  private mapOfPoints(): HTMLElement {
    const place = element("div", { class: "week-map", role: "region", "aria-label": this.words.say("map") });
    const made = element("details", { class: "map-of-points" }, element("summary", {}, this.words.say("map")), place);
    made.addEventListener("toggle", () => {
      if (made.open && place.childElementCount === 0) void this.drawMap(place);
    });
    made.open = window.matchMedia("(min-width: 60rem)").matches && this.week.points.length > 0;
    return made;
  }

  private async drawMap(place: HTMLElement): Promise<void> {
    try {
      const { weekMap } = await import("./week-map");
      this.drawn = await weekMap(place, this.session.root, this.words, (point) => this.table.focus(point));
      this.drawn(this.week, this.draft);
    } catch (error) {
      console.error(error);
      place.classList.add("no-map");
      place.textContent = this.words.say("map_failed");
    }
  }

  private changed(): void {
    const { words, week, draft } = this;
    const said = week.points.map(({ point }) => draft.says(point));
    const same = said.filter((says) => says === "same").length;
    const left = said.filter((says) => says === "nothing").length;
    this.progress.textContent = words.say("progress", {
      points: week.points.length,
      due: week.points.filter(({ is_due: isDue }) => isDue).length,
      changed: said.length - same - left,
      same,
      left,
    });
    this.drawn?.(week, draft);
  }

  private confirmRest(): void {
    if (!this.outbox.isEmpty) return;
    const rest = this.week.points.filter(({ point }) => this.draft.says(point) === "nothing");
    const known = rest.filter(({ believed }) => believed !== null);
    for (const { point } of known) this.draft.set(point, "same");
    this.table.refresh();
    this.changed();
    this.say(element("p", {}, this.words.say("rest_done", { points: known.length, never: rest.length - known.length })));
  }

  /** Try it, and show what it would change. Without a line it can be sent unseen. */
  private async see(): Promise<void> {
    if (!this.outbox.isEmpty) return this.waiting();
    if (this.draft.isEmpty) return this.say(element("p", {}, this.words.say("nothing_to_send")));
    try {
      const moved = await this.lookAgain();
      const body = JSON.stringify({ rows: this.draft.rows(this.week) });
      const headers = { "Content-Type": "application/json" };
      const answer = await this.session.post<Answer>("/submissions?dry_run=true", body, headers);
      this.table.tell(answer.rows);
      this.say(...moved, element("h2", {}, this.words.say("difference")), ...this.answered(answer), this.sending());
    } catch (error) {
      if (error instanceof ServiceRefused) this.refused(error);
      else this.say(element("p", {}, this.words.say("no_line")), this.sending());
    }
  }

  /** Of points that somebody else reported meanwhile, what was said here is to be said again. */
  private async lookAgain(): Promise<HTMLElement[]> {
    const known = ({ believed, opening_hours: hours }: WeekPoint): string => JSON.stringify([believed, hours]);
    const before = new Map(this.week.points.map((point) => [point.point, known(point)]));
    this.week = await this.reload();
    const moved = this.week.points.filter((point) => before.has(point.point) && before.get(point.point) !== known(point));
    if (moved.length === 0) return [];
    for (const { point } of moved) this.draft.set(point, undefined);
    this.redraw();
    const names = moved.map(({ name }) => name).join(", ");
    return [element("p", { class: "warning" }, this.words.say("moved", { points: names }))];
  }

  private sending(): HTMLElement {
    const { words } = this;
    return slowButton(words, words.say("send"), () => this.send(), { class: "main send" });
  }

  private async send(): Promise<void> {
    this.table.isDisabled = true;
    await this.outbox.post(this.draft.rows(this.week), this.draft.name);
  }

  private waiting(): void {
    const { words } = this;
    this.table.isDisabled = true;
    const forget = button(words.say("forget"), () => {
      if (!window.confirm(words.say("forget_sure"))) return;
      this.outbox.forget();
      this.table.isDisabled = false;
      this.say();
    });
    this.say(element("p", { class: "warning" }, words.say("pending")), slowButton(words, words.say("try_now"), () => this.outbox.send()), forget);
  }

  private async taken(answer: Answer, draft: string): Promise<void> {
    if (draft === this.draft.name) this.draft.clear(this.week.today);
    else localStorage.removeItem(draft);
    this.say(...this.answered(answer));
    try {
      this.week = await this.reload();
    } finally {
      this.redraw();
    }
  }

  private refused(error: ServiceRefused): void {
    this.table.isDisabled = false;
    this.table.tell(error.answer?.rows ?? []);
    const failed = element("p", { class: "error" }, this.words.say("failed", { why: error.message }));
    this.say(...(error.answer === null ? [failed] : this.answered(error.answer)));
  }

  private startOver(): void {
    if (!this.outbox.isEmpty) return;
    this.draft.clear(this.week.today);
    this.say();
    this.redraw();
  }

  private redraw(): void {
    this.table = this.newTable();
    this.draw();
  }

  private answered(answer: Answer): HTMLElement[] {
    return [element("p", { class: answer.state }, summary(this.words, answer)), difference(this.words, answer)];
  }

  private say(...parts: HTMLElement[]): void {
    this.told.replaceChildren(...parts);
    if (parts.length > 0) this.told.focus();
  }
}
