/** Create an Idempotency-Key. `crypto.randomUUID` is missing on pages without TLS, as on an office's own network. */
export function createIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
