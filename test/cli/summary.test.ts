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

  it("an invocation whose victim no line names is no kill of 0 processes, and an unknown time has no ±", () => {
    const a = noRace();
    const nowhere = { unixMs: null, utc: null, bootSec: null, uncertaintyMs: 30_500, clock: "age", anchor: null };
    const oomKills = a.oomKills.map((k, i) => (i === 0 ? { ...k, at: nowhere, count: 0, victims: [], pod: null } : k));
    const text = summaryText({ ...a, oomKills }, plain, 200);
    expect(text).toMatch(/^ {2}invoked {2}victim not named {2,60}time not known(?! ±)/m);
    expect(text).not.toContain("0 processes");
  });
});
