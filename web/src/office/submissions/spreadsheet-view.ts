import { createElement } from "../../shared/elements";
import { createSlowButton } from "../form/slow-button";
import type { Answer } from "../service/answer";
import { createIdempotencyKey } from "../service/idempotency-key";
import { RefusedError } from "../service/refused-error";
import type { Session } from "../service/session";
import type { OfficeTranslations } from "../translations";
import { createDifference, summarise } from "./difference";

const TYPES = ".xlsx,.xlsm,.ods,.xls,.csv,.tsv,.txt,.json,.geojson";

/** The view to which a spreadsheet is dropped: a dry run first, then it is sent. */
export class SpreadsheetView {
  readonly element = createElement("section", {});
  private readonly message = createElement("div", { class: "told", tabindex: "-1" });

  constructor(
    private readonly translations: OfficeTranslations,
    private readonly session: Session,
    private readonly country: string,
    private readonly onSent: () => void,
  ) {
    const template = createSlowButton(translations, translations.get("template"), () => this.downloadTemplate());
    this.element.append(
      createElement("p", {}, template),
      this.createDropZone(),
      createElement("p", { class: "quiet" }, translations.get("drop_help")),
      this.message,
    );
  }

  private createDropZone(): HTMLElement {
    const input = createElement("input", { type: "file", accept: TYPES });
    const zone = createElement(
      "label",
      { class: "drop" },
      createElement("span", {}, this.translations.get("drop")),
      input,
    );
    const handleFile = (file: File | undefined): void => {
      if (file) void this.tryFile(file);
      // Without this, the same file could not be selected again after a correction.
      input.value = "";
    };
    input.addEventListener("change", () => handleFile(input.files?.[0]));
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      handleFile(event.dataTransfer?.files[0]);
    });
    return zone;
  }

  /** Send the file as a dry run. The bytes stay in memory, so that exactly these are sent later. */
  private async tryFile(file: File): Promise<void> {
    const { translations } = this;
    this.showMessage(createElement("p", {}, translations.get("working")));
    const body = await file.arrayBuffer();
    const head = createElement("h2", {}, translations.get("preview_of", { file: file.name }));
    const all = createSlowButton(translations, translations.get("send_file"), () => this.send(file, body, ""), {
      class: "main send",
    });
    try {
      const answer = await this.post(file, body, "?dry_run=true");
      this.showMessage(head, ...this.renderAnswer(answer), all);
    } catch (error) {
      this.showMessage(head, ...this.renderError(error));
      const { counts } = (error instanceof RefusedError && error.answer) || {};
      if (counts === undefined || counts.rejected === counts.rows || counts.rows === 0) return;
      this.message.append(
        createSlowButton(translations, translations.get("send_good"), () => this.send(file, body, "?partial=true"), {
          class: "send",
        }),
      );
    }
  }

  /** Send the file. Until there is an answer the same file has the same idempotency key, so it counts once. */
  private async send(file: File, body: ArrayBuffer, query: string): Promise<void> {
    const name = `crossings file ${query} ${file.name} ${file.size} ${file.lastModified}`;
    const key = localStorage.getItem(name) ?? createIdempotencyKey();
    localStorage.setItem(name, key);
    try {
      const answer = await this.post(file, body, query, { "Idempotency-Key": key });
      localStorage.removeItem(name);
      this.showMessage(...this.renderAnswer(answer));
      this.onSent();
    } catch (error) {
      if (error instanceof RefusedError && !error.isRetryable) localStorage.removeItem(name);
      this.showMessage(...this.renderError(error));
    }
  }

  private post(file: File, body: ArrayBuffer, query: string, headers: Record<string, string> = {}): Promise<Answer> {
    const form = new FormData();
    form.append("file", new Blob([body], { type: file.type }), file.name);
    return this.session.post<Answer>(`/submissions${query}`, form, headers);
  }

  private renderError(error: unknown): HTMLElement[] {
    if (!(error instanceof RefusedError))
      return [createElement("p", { class: "warning" }, this.translations.get("offline_file"))];
    if (error.answer !== null) return this.renderAnswer(error.answer);
    return [createElement("p", { class: "error" }, this.translations.get("failed", { why: error.message }))];
  }

  private renderAnswer(answer: Answer): HTMLElement[] {
    return [
      createElement("p", { class: answer.state }, summarise(this.translations, answer)),
      createDifference(this.translations, answer),
    ];
  }

  private async downloadTemplate(): Promise<void> {
    try {
      const query = this.country === "" ? "" : `?country=${this.country}`;
      const href = URL.createObjectURL(await this.session.getFile(`/office/template.xlsx${query}`));
      createElement("a", { href, download: `crossings-${this.country || "week"}.xlsx` }).click();
      URL.revokeObjectURL(href);
    } catch (error) {
      this.showMessage(...this.renderError(error));
    }
  }

  private showMessage(...parts: HTMLElement[]): void {
    this.message.replaceChildren(...parts);
    this.message.focus();
  }
}
