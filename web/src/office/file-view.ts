import { element } from "../map/elements";
import type { Answer } from "./answer";
import { difference, slowButton, summary } from "./difference";
import { newKey } from "./new-key";
import { ServiceRefused } from "./refused";
import type { Session } from "./session";
import type { Words } from "./words";

const TYPES = ".xlsx,.xlsm,.ods,.xls,.csv,.tsv,.txt,.json,.geojson";

/** A spreadsheet is dropped here: tried first, then sent. */
export class FileView {
  readonly element = element("section", {});
  private readonly told = element("div", { class: "told", tabindex: "-1" });

  constructor(
    private readonly words: Words,
    private readonly session: Session,
    private readonly country: string,
    private readonly sent: () => void,
  ) {
    const template = slowButton(words, words.say("template"), () => this.download());
    this.element.append(element("p", {}, template), this.dropZone(), element("p", { class: "quiet" }, words.say("drop_help")), this.told);
  }

  private dropZone(): HTMLElement {
    const input = element("input", { type: "file", accept: TYPES });
    const zone = element("label", { class: "drop" }, element("span", {}, this.words.say("drop")), input);
    const take = (file: File | undefined): void => {
      if (file) void this.attempt(file);
      // The same file, mended, can be chosen again.
      input.value = "";
    };
    input.addEventListener("change", () => take(input.files?.[0]));
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      take(event.dataTransfer?.files[0]);
    });
    return zone;
  }

  /** Try it; the file is read anew when it is sent, so that what is sent was looked at as a whole. */
  private async attempt(file: File): Promise<void> {
    const { words } = this;
    this.say(element("p", {}, words.say("working")));
    const body = await file.arrayBuffer();
    const head = element("h2", {}, words.say("tried", { file: file.name }));
    const all = slowButton(words, words.say("send_file"), () => this.send(file, body, ""), { class: "main send" });
    try {
      const answer = await this.post(file, body, "?dry_run=true");
      this.say(head, ...this.answered(answer), all);
    } catch (error) {
      this.say(head, ...this.failed(error));
      const { counts } = (error instanceof ServiceRefused && error.answer) || {};
      if (counts === undefined || counts.rejected === counts.rows || counts.rows === 0) return;
      this.told.append(slowButton(words, words.say("send_good"), () => this.send(file, body, "?partial=true"), { class: "send" }));
    }
  }

  /** Sent once: whatever becomes of the line, the same file goes with the same key until it was answered. */
  private async send(file: File, body: ArrayBuffer, query: string): Promise<void> {
    const name = `crossings file ${query} ${file.name} ${file.size} ${file.lastModified}`;
    const key = localStorage.getItem(name) ?? newKey();
    localStorage.setItem(name, key);
    try {
      const answer = await this.post(file, body, query, { "Idempotency-Key": key });
      localStorage.removeItem(name);
      this.say(...this.answered(answer));
      this.sent();
    } catch (error) {
      if (error instanceof ServiceRefused && !error.mayPass) localStorage.removeItem(name);
      this.say(...this.failed(error));
    }
  }

  private post(file: File, body: ArrayBuffer, query: string, headers: Record<string, string> = {}): Promise<Answer> {
    const form = new FormData();
    form.append("file", new Blob([body], { type: file.type }), file.name);
    return this.session.post<Answer>(`/submissions${query}`, form, headers);
  }

  private failed(error: unknown): HTMLElement[] {
    if (!(error instanceof ServiceRefused)) return [element("p", { class: "warning" }, this.words.say("no_line_file"))];
    if (error.answer !== null) return this.answered(error.answer);
    return [element("p", { class: "error" }, this.words.say("failed", { why: error.message }))];
  }

  private answered(answer: Answer): HTMLElement[] {
    return [element("p", { class: answer.state }, summary(this.words, answer)), difference(this.words, answer)];
  }

  private async download(): Promise<void> {
    try {
      const query = this.country === "" ? "" : `?country=${this.country}`;
      const href = URL.createObjectURL(await this.session.file(`/office/template.xlsx${query}`));
      element("a", { href, download: `crossings-${this.country || "week"}.xlsx` }).click();
      URL.revokeObjectURL(href);
    } catch (error) {
      this.say(...this.failed(error));
    }
  }

  private say(...parts: HTMLElement[]): void {
    this.told.replaceChildren(...parts);
    this.told.focus();
  }
}
