import { describe, expect, it } from "vitest";
import { summaryText } from "../../src/cli/summary.ts";
import { noRace } from "../report/fixtures/others.ts";

const plain = (_style: string, text: string): string => text;
const items = ["The kubelet's log", "Samples", "Zones"].map((item) => ({ id: item, item, how: "so.", decides: ["x"] }));

describe("the verdict on one screen", () => {
  it("names what the next capture should have where anything stayed open, and nothing where all is told", () => {
    expect(summaryText({ ...noRace(), nextCapture: items }, plain, 200)).toContain(
      "For the next capture, to close what stays open: The kubelet's log; Samples; and 1 more.",
    );
    expect(summaryText({ ...noRace(), nextCapture: [] }, plain, 200)).not.toContain("next capture");
  });
});
