import type { Answer } from "./answer";
import { newKey } from "./new-key";
import { ServiceRefused } from "./refused";
import type { Session } from "./session";

const AGAIN_MS = 20_000;

interface Letter {
  /** Sent with it each time, so that the service takes it once. */
  idempotency_key: string;
  body: string;
  /** Name of the draft it was made from, which is done with once it has arrived. */
  draft: string;
}

/** Who is told what becomes of a letter. */
export interface Listener {
  waiting(): void;
  taken(answer: Answer, draft: string): void;
  refused(error: ServiceRefused): void;
}

/** An update on its way: kept in this browser until the service has answered, and sent again until then.
 *
 * There is one for an office: a second would send what the first did not know of. */
export class Outbox {
  private letter: Letter | null;
  private timer = 0;
  private isSending = false;
  private readonly back = (): void => void this.send();
  listener: Listener | null = null;

  constructor(
    private readonly name: string,
    private readonly session: Session,
  ) {
    const text = localStorage.getItem(name);
    this.letter = text === null ? null : (JSON.parse(text) as Letter);
    window.addEventListener("online", this.back);
  }

  get isEmpty(): boolean {
    return this.letter === null;
  }

  async post(rows: unknown[], draft: string): Promise<void> {
    this.letter = { idempotency_key: newKey(), body: JSON.stringify({ rows }), draft };
    localStorage.setItem(this.name, JSON.stringify(this.letter));
    await this.send();
  }

  /** Send nothing more from here; what was not sent stays in the browser. */
  rest(): void {
    this.listener = null;
    window.clearTimeout(this.timer);
    window.removeEventListener("online", this.back);
  }

  forget(): void {
    this.letter = null;
    localStorage.removeItem(this.name);
    window.clearTimeout(this.timer);
  }

  /** Send what there is. It is kept where the line or the service fails, and tried again. */
  async send(): Promise<void> {
    if (this.letter === null || this.isSending) return;
    this.isSending = true;
    window.clearTimeout(this.timer);
    const { idempotency_key, body, draft } = this.letter;
    const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotency_key };
    let answer: Answer;
    try {
      answer = await this.session.post<Answer>("/submissions", body, headers);
    } catch (error) {
      this.failed(error);
      return;
    } finally {
      this.isSending = false;
    }
    this.forget();
    this.listener?.taken(answer, draft);
  }

  private failed(error: unknown): void {
    if (error instanceof ServiceRefused && !error.mayPass) {
      this.forget();
      this.listener?.refused(error);
      return;
    }
    this.timer = window.setTimeout(() => void this.send(), AGAIN_MS);
    this.listener?.waiting();
  }
}
