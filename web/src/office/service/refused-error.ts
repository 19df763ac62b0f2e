import type { Answer } from "./answer";

/** What the service says where it says no: a problem of RFC 9457, with the rows where it was about rows. */
export interface ProblemDetails extends Partial<Answer> {
  title: string;
  detail?: string;
}

/** The service answered, and refused. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly problem: ProblemDetails,
  ) {
    super(problem.detail ?? problem.title);
  }

  /** Whether the same, sent again later, may be taken: the service was busy or down, or the key has to be given anew. */
  get isRetryable(): boolean {
    return this.status >= 500 || [401, 408, 429].includes(this.status);
  }

  /** The answer row by row, if there is one. */
  get answer(): Answer | null {
    const { rows, counts, problems } = this.problem;
    return rows && counts && problems ? { state: "refused", rows, counts, problems } : null;
  }
}
