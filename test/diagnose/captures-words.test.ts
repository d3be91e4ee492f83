// What findings say of whole, real incidents: sentences that hold against the lines and figures beside them.
import { describe, expect, it } from "vitest";
import { capture, FOLDER, found } from "./builders/captures.ts";

const C1 = "c1-both-6.12";

describe.skipIf(FOLDER === null)("c1: two incidents, each told by its own lines", () => {
  it("a rate beside a growth and a time says that it is their median, not their quotient", async () => {
    const f = found(await capture(C1), "steady-leak");
    // 2.15 GiB in 124 s are 17.8 MiB/s on the whole; the median of the slopes is not pulled by its slow start.
    expect(f?.explanation).toContain(
      "batch/stubborn-0 grew by 20.5 MiB/s (median slope) without slowing, 2.15 GiB in 2 min 4 s",
    );
  });

  it("the signs of a starved kubelet stand in one list", async () => {
    const f = found(await capture(C1), "kubelet-starved");
    expect(f?.explanation).toContain(
      "no line of it for 48.4 s, its eviction loop said nothing for 41.9 s after it had noticed, it could not renew its lease, it could not post the node's status and the node went NotReady.",
    );
  });

  it("the line that shows a threshold in force is the incident's own", async () => {
    const f = found(await capture(C1), "eviction-not-enforced");
    expect(f?.facts.map((x) => [x.label, x.evidence.map((e) => `${e.file}:${e.line}`)])).toEqual([
      ["Incident 1: Its line", ["journal-all.short-iso-precise:2630"]],
      ["Incident 2: Its line", ["journal-all.short-iso-precise:2953"]],
    ]);
  });
});
