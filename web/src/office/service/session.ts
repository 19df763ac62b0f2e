import { type ProblemDetails, RefusedError } from "./refused-error";

const NAME = "crossings-office-key";

/** Requests with the office's key. The key is stored for this tab, or on this device if the user wants that. */
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

  /** Throws a RefusedError if the service refuses, and a TypeError if it cannot be reached. */
  private async request(path: string, init: RequestInit = {}): Promise<Response> {
    // Messages about a file come in the language of the page.
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
