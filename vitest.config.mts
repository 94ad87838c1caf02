import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["js/**/*.test.ts", "js/**/*.test.mjs"],
    environment: "node",
    passWithNoTests: true,
    testTimeout: 60_000,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
