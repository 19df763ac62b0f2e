import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Answer } from "../../src/office/service/answer";
import { Outbox } from "../../src/office/service/outbox";
import { RefusedError } from "../../src/office/service/refused-error";
import type { Session } from "../../src/office/service/session";
import { MemoryStorage } from "../memory-storage";

const NAME = "crossings / serbia outbox";
const ROWS = [{ point: "OA-4610", assessed_on: "2026-01-12" }];
const ANSWER: Answer = {
  state: "published",
  counts: { rows: 1, added: 0, superseded: 0, unchanged: 1, rejected: 0 },
  problems: [],
  rows: [],
};
const OFFLINE = new TypeError("Failed to fetch");

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", new MemoryStorage());
  vi.stubGlobal(
    "window",
    Object.assign(new EventTarget(), {
      setTimeout: (run: () => void, delay: number) => setTimeout(run, delay),
      clearTimeout: (timer: number) => clearTimeout(timer),
    }),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

/** A session that answers one attempt after the other. */
function buildSession(...attempts: (Answer | Error | Promise<Answer>)[]) {
  const post = vi.fn(async (_path: string, _body: BodyInit, _headers?: Record<string, string>): Promise<Answer> => {
    const attempt = attempts.shift();
    if (attempt === undefined) throw new Error("no more attempts expected");
    if (attempt instanceof Error) throw attempt;
    return attempt;
  });
  return { post, session: { post } as unknown as Session };
}

function listen(outbox: Outbox) {
  const listener = { onWaiting: vi.fn(), onAnswer: vi.fn(), onRefusal: vi.fn() };
  outbox.listener = listener;
  return listener;
}

const listKeys = (post: ReturnType<typeof buildSession>["post"]): (string | undefined)[] =>
  post.mock.calls.map(([, , headers]) => headers?.["Idempotency-Key"]);

describe("an outbox", () => {
  test("sends an update and removes it after the answer", async () => {
    const { post, session } = buildSession(ANSWER);
    const outbox = new Outbox(NAME, session);
    const listener = listen(outbox);
    await outbox.post(ROWS, "draft");
    expect(post).toHaveBeenCalledWith("/submissions", JSON.stringify({ rows: ROWS }), {
      "Content-Type": "application/json",
      "Idempotency-Key": expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(listener.onAnswer).toHaveBeenCalledExactlyOnceWith(ANSWER, "draft");
    expect(outbox.isEmpty).toBe(true);
    expect(localStorage.length).toBe(0);
  });

  test("stores an update while offline and sends it again with the same key", async () => {
    const { post, session } = buildSession(OFFLINE, ANSWER);
    const outbox = new Outbox(NAME, session);
    const listener = listen(outbox);
    await outbox.post(ROWS, "draft");
    expect(listener.onWaiting).toHaveBeenCalledOnce();
    expect(outbox.isEmpty).toBe(false);
    expect(localStorage.getItem(NAME)).not.toBeNull();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(listener.onAnswer).toHaveBeenCalledOnce();
    const [first, second] = listKeys(post);
    expect(second).toBe(first);
    expect(outbox.isEmpty).toBe(true);
  });

  test("sends again as soon as the browser is online", async () => {
    const { post, session } = buildSession(OFFLINE, ANSWER);
    const outbox = new Outbox(NAME, session);
    await outbox.post(ROWS, "draft");
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    expect(post).toHaveBeenCalledTimes(2);
    expect(outbox.isEmpty).toBe(true);
  });

  test("reads the update that an earlier page could not send", async () => {
    const { session } = buildSession(OFFLINE);
    await new Outbox(NAME, session).post(ROWS, "draft");
    const { post, session: later } = buildSession(ANSWER);
    const outbox = new Outbox(NAME, later);
    const listener = listen(outbox);
    await outbox.send();
    expect(post).toHaveBeenCalledOnce();
    expect(listener.onAnswer).toHaveBeenCalledExactlyOnceWith(ANSWER, "draft");
  });

  test.each([401, 408, 429, 500, 503])("tries again after the status %i", async (status) => {
    const outbox = new Outbox(NAME, buildSession(new RefusedError(status, { title: "later" })).session);
    const listener = listen(outbox);
    await outbox.post(ROWS, "draft");
    expect(listener.onWaiting).toHaveBeenCalledOnce();
    expect(outbox.isEmpty).toBe(false);
  });

  test.each([400, 403, 409, 413, 422])("discards an update after the status %i", async (status) => {
    const refusal = new RefusedError(status, { title: "no" });
    const outbox = new Outbox(NAME, buildSession(refusal).session);
    const listener = listen(outbox);
    await outbox.post(ROWS, "draft");
    expect(listener.onRefusal).toHaveBeenCalledExactlyOnceWith(refusal);
    expect(outbox.isEmpty).toBe(true);
    expect(localStorage.length).toBe(0);
  });

  test("does not send twice at the same time", async () => {
    let answer: (value: Answer) => void = () => undefined;
    const { post, session } = buildSession(new Promise<Answer>((resolve) => (answer = resolve)));
    const outbox = new Outbox(NAME, session);
    const sent = outbox.post(ROWS, "draft");
    await outbox.send();
    answer(ANSWER);
    await sent;
    expect(post).toHaveBeenCalledOnce();
  });

  test("stops sending and leaves the update in the browser", async () => {
    const { post, session } = buildSession(OFFLINE);
    const outbox = new Outbox(NAME, session);
    await outbox.post(ROWS, "draft");
    outbox.stop();
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(post).toHaveBeenCalledOnce();
    expect(localStorage.getItem(NAME)).not.toBeNull();
  });

  test("discards an update on request of the user", async () => {
    const { post, session } = buildSession(OFFLINE);
    const outbox = new Outbox(NAME, session);
    await outbox.post(ROWS, "draft");
    outbox.discard();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(post).toHaveBeenCalledOnce();
    expect(outbox.isEmpty).toBe(true);
    expect(localStorage.length).toBe(0);
  });
});
