import type { Answer } from "./answer";
import { createIdempotencyKey } from "./idempotency-key";
import { RefusedError } from "./refused-error";
import type { Session } from "./session";

const RETRY_MS = 20_000;

interface PendingUpdate {
  /** Sent with it each time, so that the service takes it once. */
  idempotency_key: string;
  body: string;
  /** Name of the draft it was made from, which is done with once it has arrived. */
  draft: string;
}

/** Who is told what becomes of a letter. */
export interface Listener {
  onWaiting(): void;
  onAnswer(answer: Answer, draft: string): void;
  onRefusal(error: RefusedError): void;
}

/** An update on its way: kept in this browser until the service has answered, and sent again until then.
 *
 * There is one for an office: a second would send what the first did not know of. */
export class Outbox {
  private pending: PendingUpdate | null;
  private timer = 0;
  private isSending = false;
  private readonly sendWhenOnline = (): void => void this.send();
  listener: Listener | null = null;

  constructor(
    private readonly name: string,
    private readonly session: Session,
  ) {
    const text = localStorage.getItem(name);
    this.pending = text === null ? null : (JSON.parse(text) as PendingUpdate);
    window.addEventListener("online", this.sendWhenOnline);
  }

  get isEmpty(): boolean {
    return this.pending === null;
  }

  async post(rows: unknown[], draft: string): Promise<void> {
    this.pending = { idempotency_key: createIdempotencyKey(), body: JSON.stringify({ rows }), draft };
    localStorage.setItem(this.name, JSON.stringify(this.pending));
    await this.send();
  }

  /** Send nothing more from here; what was not sent stays in the browser. */
  stop(): void {
    this.listener = null;
    window.clearTimeout(this.timer);
    window.removeEventListener("online", this.sendWhenOnline);
  }

  discard(): void {
    this.pending = null;
    localStorage.removeItem(this.name);
    window.clearTimeout(this.timer);
  }

  /** Send what there is. It is kept where the line or the service fails, and tried again. */
  async send(): Promise<void> {
    if (this.pending === null || this.isSending) return;
    this.isSending = true;
    window.clearTimeout(this.timer);
    const { idempotency_key, body, draft } = this.pending;
    const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotency_key };
    let answer: Answer;
    try {
      answer = await this.session.post<Answer>("/submissions", body, headers);
    } catch (error) {
      this.handleError(error);
      return;
    } finally {
      this.isSending = false;
    }
    this.discard();
    this.listener?.onAnswer(answer, draft);
  }

  private handleError(error: unknown): void {
    if (error instanceof RefusedError && !error.isRetryable) {
      this.discard();
      this.listener?.onRefusal(error);
      return;
    }
    this.timer = window.setTimeout(() => void this.send(), RETRY_MS);
    this.listener?.onWaiting();
  }
}
