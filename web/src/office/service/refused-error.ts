import type { Answer } from "./answer";

/** Problem details of RFC 9457, with the rows if rows were refused. */
export interface ProblemDetails extends Partial<Answer> {
  title: string;
  detail?: string;
}

/** The service refused a request. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly problem: ProblemDetails,
  ) {
    super(problem.detail ?? problem.title);
  }

  /** Whether the same request may succeed later: the service was busy or down, or the office must sign in again. */
  get isRetryable(): boolean {
    return this.status >= 500 || [401, 408, 429].includes(this.status);
  }

  /** The response row by row, or null if there is none. */
  get answer(): Answer | null {
    const { rows, counts, problems } = this.problem;
    return rows && counts && problems ? { state: "refused", rows, counts, problems } : null;
  }
}
