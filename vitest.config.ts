import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/global-setup.ts",
    // The slowest tests wait for a collector or a Chromium and need no processor meanwhile.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: { TZ: "UTC", LC_ALL: "C" },
  },
});
