import { type ProblemDetails, RefusedError } from "./refused-error";

const NAME = "crossings-office-key";

/** The service, asked with the office's key. The key stays in this tab, or on this device where the user wants it. */
export class Session {
  constructor(
    readonly root: string,
    private key = loadKey(),
  ) {}

  get isSignedIn(): boolean {
    return this.key !== "";
  }

  signIn(key: string, remember: boolean): void {
    this.key = key;
    (remember ? localStorage : sessionStorage).setItem(NAME, key);
  }

  signOut(): void {
    this.key = "";
    localStorage.removeItem(NAME);
    sessionStorage.removeItem(NAME);
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.request(path)).json()) as T;
  }

  async post<T>(path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<T> {
    return (await (await this.request(path, { method: "POST", body, headers })).json()) as T;
  }

  async getFile(path: string): Promise<Blob> {
    return (await this.request(path)).blob();
  }

  /** Throws ServiceRefused if the service says no, and a TypeError if it cannot be reached. */
  private async request(path: string, init: RequestInit = {}): Promise<Response> {
    // What the service says of a file is said in the language that the page is in.
    const language = document.documentElement.lang;
    const headers = {
      Accept: "application/json",
      "Accept-Language": language,
      Authorization: `Bearer ${this.key}`,
      ...init.headers,
    };
    const response = await fetch(this.root + path, { ...init, headers, cache: "no-store", credentials: "omit" });
    if (response.ok) return response;
    throw new RefusedError(response.status, await readProblem(response));
  }
}

function loadKey(): string {
  return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? "";
}

async function readProblem(response: Response): Promise<ProblemDetails> {
  try {
    return (await response.json()) as ProblemDetails;
  } catch {
    return { title: response.statusText || String(response.status) };
  }
}
