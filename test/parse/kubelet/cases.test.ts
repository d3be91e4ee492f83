import { describe, expect, test } from "vitest";
import { cases, describeCase, readCase } from "./cases.ts";

describe("logs of test/fixtures/kubelet", () => {
  test.each(cases)("$name says what stands above it", async ({ log, expected }) => {
    expect(describeCase(await readCase(log))).toEqual(expected);
  });
});
