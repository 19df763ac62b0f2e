import { createButton, createElement } from "../../shared/elements";
import { createSlowButton } from "../form/slow-button";
import type { Answer } from "../service/answer";
import type { Outbox } from "../service/outbox";
import { RefusedError } from "../service/refused-error";
import type { Session } from "../service/session";
import type { Week, WeekPoint } from "../service/week";
import { createDifference, summarise } from "../submissions/difference";
import type { OfficeTranslations } from "../translations";
import { Draft } from "./draft";
import { WeekTable } from "./week-table";

/** The week of the office: a table with the last known statuses, a preview of the changes, and sending them. */
export class WeekView {
  readonly element = createElement("section", {});
  private readonly draft: Draft;
  private readonly progress = createElement("p", { class: "progress", role: "status" });
  private readonly message = createElement("div", { class: "told", tabindex: "-1" });
  private readonly map: HTMLElement;
  private table: WeekTable;
  private updateMap: ((week: Week, draft: Draft) => void) | null = null;

  constructor(
    private readonly translations: OfficeTranslations,
    private readonly session: Session,
    private week: Week,
    draftName: string,
    private readonly outbox: Outbox,
    private readonly reload: () => Promise<Week>,
  ) {
    this.draft = new Draft(draftName, week.today);
    outbox.listener = {
      onWaiting: () => this.showWaiting(),
      onAnswer: (answer, draft) => void this.handleAnswer(answer, draft),
      onRefusal: (error) => this.handleRefusal(error),
    };
    this.map = this.createMapSection();
    this.table = this.createTable();
    this.render();
    if (!this.outbox.isEmpty) void this.outbox.send();
  }

  private createTable(): WeekTable {
    return new WeekTable(this.translations, this.week, this.draft, () => this.updateProgress());
  }

  private render(): void {
    const { translations } = this;
    const day = createElement("input", { type: "date", max: this.week.today });
    day.value = this.draft.assessedOn;
    day.addEventListener("change", () => {
      this.draft.assessedOn = day.value || this.week.today;
    });
    const dayField = createElement(
      "label",
      { class: "looked" },
      createElement("span", {}, translations.get("assessed_on")),
      day,
    );
    this.element.replaceChildren(dayField, this.map, this.table.element, this.message, this.createActions());
    this.updateProgress();
    this.table.isDisabled = !this.outbox.isEmpty;
  }

  private createActions(): HTMLElement {
    const { translations } = this;
    return createElement(
      "div",
      { class: "actions" },
      this.progress,
      createButton(translations.get("confirm_rest"), () => this.confirmRest()),
      createSlowButton(translations, translations.get("preview"), () => this.preview(), { class: "main" }),
      createButton(translations.get("clear"), () => {
        if (window.confirm(translations.get("clear_confirm"))) this.startOver();
      }),
    );
  }

  /** The map is loaded when it is opened, after the table: its library is most of what the page loads. */
  private createMapSection(): HTMLElement {
    const place = createElement("div", {
      class: "week-map",
      role: "region",
      "aria-label": this.translations.get("map"),
    });
    const section = createElement(
      "details",
      { class: "map-of-points" },
      createElement("summary", {}, this.translations.get("map")),
      place,
    );
    section.addEventListener("toggle", () => {
      if (section.open && place.childElementCount === 0) void this.drawMap(place);
    });
    section.open = window.matchMedia("(min-width: 60rem)").matches && this.week.points.length > 0;
    return section;
  }

  private async drawMap(place: HTMLElement): Promise<void> {
    try {
      const { createWeekMap } = await import("./week-map");
      this.updateMap = await createWeekMap(place, this.session.root, this.translations, (point) =>
        this.table.focus(point),
      );
      this.updateMap(this.week, this.draft);
    } catch (error) {
      console.error(error);
      place.classList.add("no-map");
      place.textContent = this.translations.get("map_failed");
    }
  }

  private updateProgress(): void {
    const { translations, week, draft } = this;
    const states = week.points.map(({ point }) => draft.getState(point));
    const same = states.filter((says) => says === "same").length;
    const left = states.filter((says) => says === "nothing").length;
    this.progress.textContent = translations.get("progress", {
      points: week.points.length,
      due: week.points.filter(({ is_due: isDue }) => isDue).length,
      changed: states.length - same - left,
      same,
      left,
    });
    this.updateMap?.(week, draft);
  }

  private confirmRest(): void {
    if (!this.outbox.isEmpty) return;
    const rest = this.week.points.filter(({ point }) => this.draft.getState(point) === "nothing");
    const confirmed = rest.filter(({ believed }) => believed !== null);
    for (const { point } of confirmed) this.draft.setEntry(point, "same");
    this.table.refresh();
    this.updateProgress();
    this.showMessage(
      createElement(
        "p",
        {},
        this.translations.get("rest_confirmed", { points: confirmed.length, never: rest.length - confirmed.length }),
      ),
    );
  }

  /** Show a preview of the changes by a dry run. Offline, the update can be sent without it. */
  private async preview(): Promise<void> {
    if (!this.outbox.isEmpty) return this.showWaiting();
    if (this.draft.isEmpty) return this.showMessage(createElement("p", {}, this.translations.get("nothing_to_send")));
    try {
      const warnings = await this.refreshWeek();
      const body = JSON.stringify({ rows: this.draft.buildRows(this.week) });
      const headers = { "Content-Type": "application/json" };
      const answer = await this.session.post<Answer>("/submissions?dry_run=true", body, headers);
      this.table.showProblems(answer.rows);
      this.showMessage(
        ...warnings,
        createElement("h2", {}, this.translations.get("difference")),
        ...this.renderAnswer(answer),
        this.createSendButton(),
      );
    } catch (error) {
      if (error instanceof RefusedError) this.handleRefusal(error);
      else this.showMessage(createElement("p", {}, this.translations.get("offline")), this.createSendButton());
    }
  }

  /** Reload the week. Entries for points that somebody else reported in the meantime are removed from the draft. */
  private async refreshWeek(): Promise<HTMLElement[]> {
    const serialise = ({ believed, opening_hours: hours }: WeekPoint): string => JSON.stringify([believed, hours]);
    const before = new Map(this.week.points.map((point) => [point.point, serialise(point)]));
    this.week = await this.reload();
    const warnings = this.week.points.filter(
      (point) => before.has(point.point) && before.get(point.point) !== serialise(point),
    );
    if (warnings.length === 0) return [];
    for (const { point } of warnings) this.draft.setEntry(point, undefined);
    this.rebuildTable();
    const names = warnings.map(({ name }) => name).join(", ");
    return [createElement("p", { class: "warning" }, this.translations.get("changed_meanwhile", { points: names }))];
  }

  private createSendButton(): HTMLElement {
    const { translations } = this;
    return createSlowButton(translations, translations.get("send"), () => this.send(), { class: "main send" });
  }

  private async send(): Promise<void> {
    this.table.isDisabled = true;
    await this.outbox.post(this.draft.buildRows(this.week), this.draft.name);
  }

  private showWaiting(): void {
    const { translations } = this;
    this.table.isDisabled = true;
    const forget = createButton(translations.get("discard"), () => {
      if (!window.confirm(translations.get("discard_confirm"))) return;
      this.outbox.discard();
      this.table.isDisabled = false;
      this.showMessage();
    });
    this.showMessage(
      createElement("p", { class: "warning" }, translations.get("pending")),
      createSlowButton(translations, translations.get("try_now"), () => this.outbox.send()),
      forget,
    );
  }

  private async handleAnswer(answer: Answer, draft: string): Promise<void> {
    if (draft === this.draft.name) this.draft.clear(this.week.today);
    else localStorage.removeItem(draft);
    this.showMessage(...this.renderAnswer(answer));
    try {
      this.week = await this.reload();
    } finally {
      this.rebuildTable();
    }
  }

  private handleRefusal(error: RefusedError): void {
    this.table.isDisabled = false;
    this.table.showProblems(error.answer?.rows ?? []);
    const failed = createElement("p", { class: "error" }, this.translations.get("failed", { why: error.message }));
    this.showMessage(...(error.answer === null ? [failed] : this.renderAnswer(error.answer)));
  }

  private startOver(): void {
    if (!this.outbox.isEmpty) return;
    this.draft.clear(this.week.today);
    this.showMessage();
    this.rebuildTable();
  }

  private rebuildTable(): void {
    this.table = this.createTable();
    this.render();
  }

  private renderAnswer(answer: Answer): HTMLElement[] {
    return [
      createElement("p", { class: answer.state }, summarise(this.translations, answer)),
      createDifference(this.translations, answer),
    ];
  }

  private showMessage(...parts: HTMLElement[]): void {
    this.message.replaceChildren(...parts);
    if (parts.length > 0) this.message.focus();
  }
}
