// The collector's reader of the kernel's log was lapped by the ring: what is missing stands in neither of its two files.
import { describe, expect, it } from "vitest";
import { evicted, fall, HARD_300, kmsg, kubelet, type Line, mark, reclaim, ticks, timelineOf } from "./scene.ts";

const FIRST: readonly Line[] = [mark(1), [20, "eth0: link up"], [21, "eth0: link down"]];
const SECOND: readonly Line[] = [[38, "eth0: link up"], mark(60), [119, "eth0: link down"]];

/** Records numbered from `from` on. */
const piece = (lines: readonly Line[], from: number): string =>
  (kmsg(lines)["kmsg"] ?? "").replace(/^6,(\d{1,9}),/gm, (_, n: string) => `6,${Number(n) + from},`);

const told = (pieces: Readonly<Record<string, string>>) =>
  timelineOf({
    ...ticks(-20, 120, fall(), { oomKill: null }),
    ...HARD_300,
    ...kubelet([...reclaim(36), ...evicted(40)]),
    ...pieces,
  });

const lossesOf = ({ events }: Awaited<ReturnType<typeof told>>) =>
  events.filter(({ kind }) => kind === "kernel.lost").map(({ summary, evidence }) => [summary, evidence?.file]);

describe("a kernel log in two files", () => {
  it("whose second reads the ring from its start: nothing is missing, and the kernel's silence is proven", async () => {
    const timeline = await told({
      "logs/kmsg.000001": piece(FIRST, 0),
      "logs/kmsg.000002": piece([...FIRST, ...SECOND], 0),
    });
    expect(timeline.verdict).toMatchObject({ outcome: "kubelet-won", confidence: "high" });
    expect(lossesOf(timeline)).toEqual([]);
  });

  it("whose second begins 1,510 records later: they are lost, and no silence is proven over them", async () => {
    const timeline = await told({ "logs/kmsg.000001": piece(FIRST, 0), "logs/kmsg.000002": piece(SECOND, 1513) });
    expect(timeline.verdict).toMatchObject({ outcome: "undetermined", confidence: "low" });
    expect(lossesOf(timeline)).toEqual([["At least 1510 kernel records lost", "logs/kmsg.000002"]]);
  });

  it("of two boots: the second's numbers begin anew, and nothing is said to be lost", async () => {
    const timeline = await told({ "logs/kmsg.000001": piece(FIRST, 900), "logs/kmsg.000002": piece(SECOND, 0) });
    expect(lossesOf(timeline)).toEqual([]);
  });
});
