// The scenes in a virtual machine: npm run test:vm. They take minutes of one processor and want qemu, so they are no part of npm test.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/vm/*.vm.ts"],
    globalSetup: "test/global-setup.ts",
    maxWorkers: 2,
    testTimeout: 120_000,
    env: { TZ: "UTC", LC_ALL: "C" },
  },
});
