import { button, element } from "../map/elements";
import type { Answer, Submission } from "./answer";
import { difference, summary } from "./difference";
import { ServiceRefused } from "./refused";
import type { Session } from "./session";
import type { Words } from "./words";

interface Page {
  submissions: Submission[];
  links: { rel: string; href: string }[];
}

/** Submissions, the latest first, of which one can be looked at row by row; `decide` adds what can be done with it. */
export class SubmissionList {
  readonly element = element("section", {});
  private readonly body = element("tbody", {});
  private readonly more = element("div", {});
  private readonly told = element("div", { class: "told", tabindex: "-1" });

  constructor(
    private readonly words: Words,
    private readonly session: Session,
    private readonly path: string,
    private readonly none: "nothing_sent" | "nothing_waits",
    private readonly decide?: (submission: Submission, done: (word: "was_published" | "was_returned") => void) => HTMLElement,
  ) {}

  async show(): Promise<void> {
    const { words } = this;
    this.body.replaceChildren();
    this.element.replaceChildren(element("p", {}, words.say("working")));
    try {
      await this.page(this.path);
      const heads = (["submission", "received", "office", "file", "state", "rows"] as const).map((word) =>
        element("th", { scope: "col" }, words.say(word, { number: "" })),
      );
      const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), this.body);
      const isEmpty = this.body.childElementCount === 0;
      this.element.replaceChildren(isEmpty ? element("p", {}, words.say(this.none)) : element("div", { class: "wide" }, table), this.more, this.told);
    } catch (error) {
      this.element.replaceChildren(this.failed(error));
    }
  }

  private async page(path: string): Promise<void> {
    const { submissions, links } = await this.session.get<Page>(path);
    this.body.append(...submissions.map((submission) => this.line(submission)));
    const next = links.find(({ rel }) => rel === "next");
    this.more.replaceChildren();
    if (next === undefined) return;
    const { search } = new URL(next.href);
    this.more.append(button(this.words.say("more"), () => void this.page(`/submissions${search}`)));
  }

  private line(submission: Submission): HTMLElement {
    const { words } = this;
    const { id, received_at: received, office, file_name: file, state, counts } = submission;
    const cells: [word: "received" | "office" | "file" | "state" | "rows", text: string][] = [
      ["received", words.moment(received)],
      ["office", office],
      ["file", file ?? words.say("by_page")],
      ["state", words.label("submission_state", state)],
      ["rows", String(counts.rows)],
    ];
    const look = button(words.say("look", { number: id }), () => void this.open(submission));
    const made = cells.map(([word, text]) => element("td", { "data-label": words.say(word) }, text));
    return element("tr", {}, element("td", {}, look), ...made);
  }

  private async open(submission: Submission): Promise<void> {
    const { words } = this;
    try {
      const answer = await this.session.get<Answer>(`/submissions/${submission.id}`);
      const head = element("h2", {}, words.say("submission", { number: submission.id }));
      const remark = submission.remark ? [element("p", {}, words.say("reviewer_said", { remark: submission.remark }))] : [];
      const decide = this.decide ? [this.decide(submission, (word) => void this.decided(word))] : [];
      this.told.replaceChildren(head, ...remark, element("p", {}, summary(words, this.decide ? { ...answer, state: "dry_run" } : answer)), difference(words, answer), ...decide);
    } catch (error) {
      this.told.replaceChildren(this.failed(error));
    }
    this.told.focus();
  }

  private async decided(word: "was_published" | "was_returned"): Promise<void> {
    await this.show();
    this.told.replaceChildren(element("p", { role: "status" }, this.words.say(word)));
    this.told.focus();
  }

  private failed(error: unknown): HTMLElement {
    console.error(error);
    const why = error instanceof ServiceRefused ? this.words.say("failed", { why: error.message }) : this.words.say("no_line");
    return element("p", { class: "error" }, why);
  }
}
