import { defineConfig } from "vitest/config";

// Tests of logic only, in Node. Pages are tested in a real browser: see tests/browser.
export default defineConfig({ test: { include: ["tests/**/*.test.ts"], environment: "node" } });
