// Lines of two nodes in one input: no race between one's kernel and the other's kubelet is told.
import { describe, expect, it } from "vitest";
import {
  CONTAINER,
  evicted,
  fall,
  HARD_300,
  kernelJournal,
  kill,
  kubeletJournal,
  type Line,
  POD,
  quiet,
  reclaim,
  ticks,
  timelineOf,
} from "./scene.ts";

const CODE = "several-nodes";
const kernel = (host: string) => kernelJournal([[1, "quiet"], ...kill(42, 77), [100, "quiet"]], { host });
const codes = (said: readonly { readonly code: string }[]): string[] => said.map(({ code }) => code);

describe("two nodes", () => {
  it("one's kernel and the other's kubelet: said as an error, and nobody won", async () => {
    const { verdict, said } = await timelineOf({
      "journal-kernel.json": kernel("worker-1"),
      ...HARD_300,
      "kubelet.log": kubeletJournal([quiet(-5), ...reclaim(36), ...evicted(39), quiet(200)], { host: "worker-2" }),
    });
    expect([verdict.outcome, verdict.confidence]).toEqual(["undetermined", "low"]);
    expect(said.find(({ code }) => code === CODE)).toMatchObject({
      severity: "error",
      message: expect.stringContaining("worker-1, worker-2") as string,
    });
    expect(verdict.sentence).toContain("several nodes");
  });

  it("all nodes' kubelets in one file, as a must-gather has them", async () => {
    const { verdict, said } = await timelineOf({
      ...HARD_300,
      "kubelet_service.log":
        kubeletJournal([quiet(-5), quiet(200)], { host: "worker-1" }) +
        kubeletJournal([...reclaim(36), ...evicted(39)], { host: "worker-2" }) +
        kubeletJournal(reclaim(50), { host: "worker-1" }),
    });
    expect(codes(said)).toContain(CODE);
    expect(verdict.outcome).toBe("undetermined");
  });

  it("a kill at a container's own limit is none of eviction's, whichever node it was on", async () => {
    const { incidents, said } = await timelineOf({
      "journal-kernel.json": kernelJournal(kill(42, 77, POD), { host: "worker-1" }),
      "kubelet.log": kubeletJournal([quiet(1), ...reclaim(4000), quiet(5000)], { host: "worker-2" }),
    });
    expect(codes(said)).toContain(CODE);
    expect(incidents.map(({ doc }) => [doc.scope, doc.outcome])).toEqual([
      ["pod", "no-race"],
      ["node", "undetermined"],
    ]);
  });

  it("two boots that ran at the same time are two machines of one name", async () => {
    const lines: Line[] = [[1, "quiet"], ...kill(42, 77), [300, "quiet"]];
    const { said } = await timelineOf({
      "a.json": kernelJournal(lines, { bootId: "a".repeat(32) }),
      "b.json": kernelJournal(
        lines.map(([s, text]) => [s + 100, text]),
        { bootId: "b".repeat(32) },
      ),
    });
    expect(codes(said)).toContain(CODE);
  });

  it("is not said of one node: full and short name, localhost before it has one, a reboot", async () => {
    const { said, verdict } = await timelineOf({
      ...ticks(-20, 120, fall()),
      ...HARD_300,
      "boot-1.json": kernelJournal(
        [
          [-900, `Memory cgroup stats for ${CONTAINER}`],
          [-800, "quiet"],
        ],
        { host: "localhost", bootId: "a".repeat(32), upOf: (s) => 2000 + s },
      ),
      "boot-2.json": kernel("worker-1.example.org"),
      "kubelet.log": kubeletJournal([quiet(-5), quiet(200)], { host: "WORKER-1" }),
    });
    expect(codes(said)).not.toContain(CODE);
    expect(verdict.outcome).toBe("kernel-won");
  });
});
