/** A new Idempotency-Key. Not crypto.randomUUID, which a page without TLS, as on an office's own network, lacks. */
export function createIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
