import { createElement } from "../../shared/elements";
import { showFieldProblems } from "../form/field-problems";
import { createProblemList } from "../form/problem-list";
import { createSlowButton } from "../form/slow-button";
import type { Answer, RowProblem } from "../service/answer";
import { createIdempotencyKey } from "../service/idempotency-key";
import { RefusedError } from "../service/refused-error";
import type { Session } from "../service/session";
import type { WeekPoint } from "../service/week";
import type { OfficeTranslations } from "../translations";

/** The columns of an update that all confirmed points have in common. */
export interface ConfirmationSource {
  source: string;
  valid_from: string;
}

/** The row of a point that waits to be confirmed; its counterpart across the border can be corrected. */
export class ConfirmRow {
  readonly element: HTMLTableRowElement;
  private readonly counterpart = createElement("input", {
    type: "text",
    dir: "ltr",
    "data-column": "counterpart",
    autocomplete: "off",
    spellcheck: "false",
  });
  private readonly message = createElement("div", { role: "status" });
  private readonly confirmButton: HTMLButtonElement;
  private pending: { body: string; key: string } | null = null;
  private clearProblems: () => void = () => undefined;

  constructor(
    private readonly translations: OfficeTranslations,
    private readonly session: Session,
    private readonly point: WeekPoint,
    countries: Map<string, string>,
    private readonly source: ConfirmationSource,
    private readonly onDone: () => void,
  ) {
    this.counterpart.value = point.counterpart ?? "";
    this.counterpart.setAttribute("aria-label", translations.get("counterpart_of", { point: point.name }));
    this.confirmButton = createSlowButton(translations, translations.get("confirm"), () => this.send(), {
      class: "main",
      "aria-label": translations.get("confirm_of", { point: point.name }),
    });
    const across =
      point.other_country === null
        ? []
        : [createElement("span", { class: "quiet line" }, countries.get(point.other_country) ?? point.other_country)];
    const cells = [
      createElement("td", { "data-label": translations.getColumnLabel("counterpart") }, ...across, this.counterpart),
      createElement("td", {}, this.confirmButton, this.message),
    ];
    this.element = createElement("tr", { "data-point": point.point }, this.createHeading(), ...cells);
  }

  private createHeading(): HTMLElement {
    const { point, translations } = this;
    const about = createElement(
      "span",
      { class: "quiet" },
      `${point.point} · ${translations.getLabel("poe_type", point.poe_type)}`,
    );
    const href = `${this.session.root}/map?point=${encodeURIComponent(point.point)}&at=${point.longitude},${point.latitude},11`;
    const map = createElement(
      "a",
      { href, target: "_blank", rel: "noopener", class: "line" },
      translations.get("on_the_map"),
    );
    return createElement("th", { scope: "row" }, point.name, createElement("br"), about, map);
  }

  /** Send a change of the register. Its idempotency key makes sure that a second attempt changes nothing. */
  private async send(): Promise<void> {
    this.clearProblems();
    this.message.replaceChildren();
    const body = JSON.stringify({ rows: [this.buildRow()] });
    if (this.pending?.body !== body) this.pending = { body, key: createIdempotencyKey() };
    try {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": this.pending.key };
      const answer = await this.session.post<Answer>("/submissions", body, headers);
      this.showResult(answer);
    } catch (error) {
      this.showRefusal(error);
    }
  }

  private buildRow(): Record<string, string> {
    const { point, source, counterpart } = this;
    const across = counterpart.value.trim();
    const corrected = across === (point.counterpart ?? "") ? {} : { counterpart: across || "-" };
    const filledIn = Object.fromEntries(Object.entries(source).filter(([, value]) => value.trim() !== ""));
    return { action: "change_point", point: point.point, evidence: "office_confirmed", ...corrected, ...filledIn };
  }

  private showResult({ state }: Answer): void {
    const isPublished = state === "published";
    this.element.classList.add("same");
    this.counterpart.disabled = true;
    this.confirmButton.hidden = true;
    this.message.replaceChildren(
      createElement("p", { class: state }, this.translations.get(isPublished ? "was_confirmed" : "sent_for_review")),
    );
    this.onDone();
  }

  private showRefusal(error: unknown): void {
    const why =
      error instanceof RefusedError
        ? this.translations.get("failed", { why: error.message })
        : this.translations.get("offline");
    const problems = error instanceof RefusedError ? collectProblems(error) : [];
    const others = problems.filter(({ column }) => column !== "counterpart");
    this.message.replaceChildren(
      problems.length === 0
        ? createElement("p", { class: "error" }, why)
        : createProblemList(this.translations, others),
    );
    this.clearProblems = showFieldProblems([this.element], problems);
    if (others.length < problems.length) this.counterpart.focus();
  }
}

function collectProblems({ answer }: RefusedError): RowProblem[] {
  return [...(answer?.problems ?? []), ...(answer?.rows ?? []).flatMap(({ problems }) => problems ?? [])];
}
