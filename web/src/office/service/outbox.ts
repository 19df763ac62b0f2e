import type { Answer } from "./answer";
import { createIdempotencyKey } from "./idempotency-key";
import { RefusedError } from "./refused-error";
import type { Session } from "./session";

const RETRY_MS = 20_000;

interface PendingUpdate {
  /** The same for each attempt, so that the service records the update once. */
  idempotency_key: string;
  body: string;
  /** Name of the draft of this update, which is cleared when the update has arrived. */
  draft: string;
}

/** Receives the outcome of an update. */
export interface Listener {
  onWaiting(): void;
  onAnswer(answer: Answer, draft: string): void;
  onRefusal(error: RefusedError): void;
}

/**
 * An update on its way: stored in this browser and sent again until the service has answered.
 *
 * An office must have one outbox only: each sends the stored update.
 */
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

  /** Stop sending. The unsent update stays in the browser. */
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

  /** Send the pending update, if any. It is sent again later if the connection or the service fails. */
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
