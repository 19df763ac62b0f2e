import { createButton, createElement } from "../../shared/elements";
import type { Answer, Submission } from "../service/answer";
import { RefusedError } from "../service/refused-error";
import type { Session } from "../service/session";
import type { OfficeTranslations } from "../translations";
import { createDifference, summarise } from "./difference";

interface Page {
  submissions: Submission[];
  links: { rel: string; href: string }[];
}

/** The list of submissions, the latest first. One can be opened; `createDecision` adds a form to it. */
export class SubmissionList {
  readonly element = createElement("section", {});
  private readonly body = createElement("tbody", {});
  private readonly more = createElement("div", {});
  private readonly message = createElement("div", { class: "told", tabindex: "-1" });

  constructor(
    private readonly translations: OfficeTranslations,
    private readonly session: Session,
    private readonly path: string,
    private readonly emptyKey: "nothing_sent" | "nothing_waits",
    private readonly createDecision?: (
      submission: Submission,
      done: (word: "was_published" | "was_returned") => void,
    ) => HTMLElement,
  ) {}

  async show(): Promise<void> {
    const { translations } = this;
    this.body.replaceChildren();
    this.element.replaceChildren(createElement("p", {}, translations.get("working")));
    try {
      await this.loadPage(this.path);
      const heads = (["submission", "received", "office", "file", "state", "rows"] as const).map((word) =>
        createElement("th", { scope: "col" }, translations.get(word, { number: "" })),
      );
      const table = createElement(
        "table",
        {},
        createElement("thead", {}, createElement("tr", {}, ...heads)),
        this.body,
      );
      const isEmpty = this.body.childElementCount === 0;
      this.element.replaceChildren(
        isEmpty
          ? createElement("p", {}, translations.get(this.emptyKey))
          : createElement("div", { class: "wide" }, table),
        this.more,
        this.message,
      );
    } catch (error) {
      this.element.replaceChildren(this.renderError(error));
    }
  }

  private async loadPage(path: string): Promise<void> {
    const { submissions, links } = await this.session.get<Page>(path);
    this.body.append(...submissions.map((submission) => this.createRow(submission)));
    const next = links.find(({ rel }) => rel === "next");
    this.more.replaceChildren();
    if (next === undefined) return;
    const { search } = new URL(next.href);
    this.more.append(createButton(this.translations.get("more"), () => void this.loadPage(`/submissions${search}`)));
  }

  private createRow(submission: Submission): HTMLElement {
    const { translations } = this;
    const { id, received_at: received, office, file_name: file, state, counts } = submission;
    const cells: [word: "received" | "office" | "file" | "state" | "rows", text: string][] = [
      ["received", translations.formatMoment(received)],
      ["office", office],
      ["file", file ?? translations.get("by_page")],
      ["state", translations.getLabel("submission_state", state)],
      ["rows", String(counts.rows)],
    ];
    const openButton = createButton(
      translations.get("open", { number: id }),
      () => void this.openSubmission(submission),
    );
    const textCells = cells.map(([word, text]) => createElement("td", { "data-label": translations.get(word) }, text));
    return createElement("tr", {}, createElement("td", {}, openButton), ...textCells);
  }

  private async openSubmission(submission: Submission): Promise<void> {
    const { translations } = this;
    try {
      const answer = await this.session.get<Answer>(`/submissions/${submission.id}`);
      const head = createElement("h2", {}, translations.get("submission", { number: submission.id }));
      const remark = submission.remark
        ? [createElement("p", {}, translations.get("reviewer_remark", { remark: submission.remark }))]
        : [];
      const createDecision = this.createDecision
        ? [this.createDecision(submission, (word) => void this.showDecision(word))]
        : [];
      this.message.replaceChildren(
        head,
        ...remark,
        createElement("p", {}, summarise(translations, this.createDecision ? { ...answer, state: "dry_run" } : answer)),
        createDifference(translations, answer),
        ...createDecision,
      );
    } catch (error) {
      this.message.replaceChildren(this.renderError(error));
    }
    this.message.focus();
  }

  private async showDecision(word: "was_published" | "was_returned"): Promise<void> {
    await this.show();
    this.message.replaceChildren(createElement("p", { role: "status" }, this.translations.get(word)));
    this.message.focus();
  }

  private renderError(error: unknown): HTMLElement {
    console.error(error);
    const why =
      error instanceof RefusedError
        ? this.translations.get("failed", { why: error.message })
        : this.translations.get("offline");
    return createElement("p", { class: "error" }, why);
  }
}
