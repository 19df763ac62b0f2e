import { element } from "../map/elements";
import type { Answer, RowProblem } from "./answer";
import type { HowKnown } from "./confirm-view";
import { problemList, slowButton } from "./difference";
import { newKey } from "./new-key";
import { ServiceRefused } from "./refused";
import type { Session } from "./session";
import { tellAtFields } from "./told-at-fields";
import type { WeekPoint } from "./week";
import type { Words } from "./words";

/** A point that waits to be confirmed, with the point across the border, which may be corrected. */
export class ConfirmRow {
  readonly element: HTMLTableRowElement;
  private readonly counterpart = element("input", { type: "text", dir: "ltr", "data-column": "counterpart", autocomplete: "off", spellcheck: "false" });
  private readonly told = element("div", { role: "status" });
  private readonly confirm: HTMLButtonElement;
  private letter: { body: string; key: string } | null = null;
  private clear: () => void = () => undefined;

  constructor(
    private readonly words: Words,
    private readonly session: Session,
    private readonly point: WeekPoint,
    countries: Map<string, string>,
    private readonly howKnown: HowKnown,
    private readonly done: () => void,
  ) {
    this.counterpart.value = point.counterpart ?? "";
    this.counterpart.setAttribute("aria-label", words.say("counterpart_of", { point: point.name }));
    this.confirm = slowButton(words, words.say("confirm"), () => this.send(), { class: "main", "aria-label": words.say("confirm_of", { point: point.name }) });
    const across = point.other_country === null ? [] : [element("span", { class: "quiet line" }, countries.get(point.other_country) ?? point.other_country)];
    const cells = [element("td", { "data-label": words.column("counterpart") }, ...across, this.counterpart), element("td", {}, this.confirm, this.told)];
    this.element = element("tr", { "data-point": point.point }, this.named(), ...cells);
  }

  private named(): HTMLElement {
    const { point, words } = this;
    const about = element("span", { class: "quiet" }, `${point.point} · ${words.label("poe_type", point.poe_type)}`);
    const href = `${this.session.root}/map?point=${encodeURIComponent(point.point)}&at=${point.longitude},${point.latitude},11`;
    const map = element("a", { href, target: "_blank", rel: "noopener", class: "line" }, words.say("on_the_map"));
    return element("th", { scope: "row" }, point.name, element("br"), about, map);
  }

  /** As a change of the register, which is taken once however often it is sent. */
  private async send(): Promise<void> {
    this.clear();
    this.told.replaceChildren();
    const body = JSON.stringify({ rows: [this.row()] });
    if (this.letter?.body !== body) this.letter = { body, key: newKey() };
    try {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": this.letter.key };
      const answer = await this.session.post<Answer>("/submissions", body, headers);
      this.taken(answer);
    } catch (error) {
      this.refused(error);
    }
  }

  private row(): Record<string, string> {
    const { point, howKnown, counterpart } = this;
    const across = counterpart.value.trim();
    const corrected = across === (point.counterpart ?? "") ? {} : { counterpart: across || "-" };
    const given = Object.fromEntries(Object.entries(howKnown).filter(([, value]) => value.trim() !== ""));
    return { action: "change_point", point: point.point, evidence: "office_confirmed", ...corrected, ...given };
  }

  private taken({ state }: Answer): void {
    const isPublished = state === "published";
    this.element.classList.add("same");
    this.counterpart.disabled = true;
    this.confirm.hidden = true;
    this.told.replaceChildren(element("p", { class: state }, this.words.say(isPublished ? "was_confirmed" : "waits")));
    this.done();
  }

  private refused(error: unknown): void {
    const why = error instanceof ServiceRefused ? this.words.say("failed", { why: error.message }) : this.words.say("no_line");
    const problems = error instanceof ServiceRefused ? problemsOf(error) : [];
    const others = problems.filter(({ column }) => column !== "counterpart");
    this.told.replaceChildren(problems.length === 0 ? element("p", { class: "error" }, why) : problemList(this.words, others));
    this.clear = tellAtFields([this.element], problems);
    if (others.length < problems.length) this.counterpart.focus();
  }
}

function problemsOf({ answer }: ServiceRefused): RowProblem[] {
  return [...(answer?.problems ?? []), ...(answer?.rows ?? []).flatMap(({ problems }) => problems ?? [])];
}
