// Real captures with one thing changed: the pod gains the same bytes as something else than anonymous memory. What holds follows.
import { beforeAll, describe, expect, it } from "vitest";
import { capture, type Diagnosed, diagnosed, FOLDER, found, held } from "./builders/captures.ts";
import { contradictions } from "./builders/contradictions.ts";
import { type Kind, moved } from "./builders/moved.ts";

const B = "b-eviction-wins-6.12";
const B3 = "b3-eviction-6.12";

const changed = (whole: Diagnosed, pod: string, kind: Kind): Diagnosed => {
  const d = diagnosed(moved(whole.facts, podOf(whole, pod), kind));
  expect(contradictions(d.findings)).toEqual([]);
  return d;
};
const podOf = (d: Diagnosed, name: string): string => {
  const view = d.inputs.cgroups.find((c) => c.level === "pod" && c.pod?.name === name);
  if (view === undefined) throw new Error(`no cgroup of ${name}`);
  return view.cgroup;
};

describe.skipIf(FOLDER === null)("b, where a BestEffort pod takes 18 MB/s until the pods' share is used up", () => {
  let whole: Diagnosed;
  beforeAll(async () => {
    whole = await capture(B);
  });
  const as = (kind: Kind) => changed(whole, "leaky-etl-0", kind);

  it("as page cache", () => {
    const d = as("page-cache");
    expect(held(d)).toEqual(["page-cache-counted-as-used", "kubepods-exhausted"]);
    // The share lacked 12.6 MiB of 300; the pod held 1.17 GiB of cache: less that, less 64 MiB, in steps of 64 MiB.
    expect(found(d, "page-cache-counted-as-used")?.remediation[0]?.action).toMatch(
      /^Limit the memory of batch\/leaky-etl-0 to 1088Mi/,
    );
    expect(found(d, "kubepods-exhausted")?.remediation).toEqual([]);
    expect(found(d, "steady-leak")?.verdict).not.toBe("holds");
  });

  it("as files in memory", () => {
    const d = as("tmpfs");
    expect(held(d)).toEqual(["tmpfs-charged-to-pod", "kubepods-exhausted", "node-overcommitted"]);
    expect(found(d, "tmpfs-charged-to-pod")?.remediation[0]?.action).toBe(
      "Set sizeLimit: 1088Mi on the memory-backed emptyDir of batch/leaky-etl-0",
    );
    expect(found(d, "steady-leak")?.verdict).toBe("refuted");
    expect(found(d, "page-cache-counted-as-used")?.verdict).toBe("refuted");
  });

  it("as slab charged to it", () => {
    const d = as("slab");
    expect(held(d)).toEqual(["slab-growth", "kubepods-exhausted"]);
    expect(found(d, "slab-growth")?.explanation).toContain("batch/leaky-etl-0 is charged for 1.16 GiB of it");
    expect(found(d, "kernel-memory-unseen")?.verdict).toBe("refuted");
    expect(found(d, "page-cache-counted-as-used")?.verdict).toBe("refuted");
  });
});

describe.skipIf(FOLDER === null)("b3, where the eviction is blocked and the kernel kills", () => {
  it("as files in memory: the eviction stays blocked, the nearer cause is the files", async () => {
    const whole = await capture(B3);
    const d = changed(whole, "leaky-5f6d8c7b9-abcde", "tmpfs");
    expect(held(d).slice(0, 2)).toEqual(["tmpfs-charged-to-pod", "eviction-blocked"]);
    expect(held(d)).not.toContain("page-cache-counted-as-used");
  });
});
