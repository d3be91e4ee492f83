// The scenes in which something that no process holds takes the node.
import { beforeAll, describe, expect, test } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { analyse } from "../project/analyse.ts";
import { boot, type Machine } from "./machine.ts";

const holding = ({ findings }: Analysis): readonly string[] =>
  findings.filter(({ verdict }) => verdict === "holds").map(({ id }) => id);

describe("files in memory", () => {
  let vm: Machine;
  let analysis: Analysis;
  beforeAll(async () => {
    vm = await boot("memory-files", "dash");
    analysis = await analyse(vm.path("recorded.tgz"));
  }, 1_800_000);

  test("are charged to the pod that wrote them", () => {
    expect(vm.number("files")).toBeGreaterThan(400 * 1024 * 1024);
    expect(holding(analysis)[0]).toBe("tmpfs-charged-to-pod");
    expect(holding(analysis)).not.toContain("culprit-outside-pods");
    expect(analysis.oomKills[0]?.pod?.name).toBe("transcoder-7d9c5f6b8d-h8zkq");
  });
});

describe("the kernel's own memory", () => {
  let vm: Machine;
  let analysis: Analysis;
  beforeAll(async () => {
    vm = await boot("kernel-memory", "ash");
    analysis = await analyse(vm.path("recorded.tgz"));
  }, 1_800_000);

  test("is found to have grown out of sight", () => {
    expect(vm.number("slab.after") - vm.number("slab.before")).toBeGreaterThan(200 * 1024 * 1024);
    expect(holding(analysis)[0]).toBe("kernel-memory-unseen");
    expect(holding(analysis)).toContain("slab-growth");
    expect(analysis.oomKills[0]?.victims[0]).toMatchObject({ pid: vm.number("node.pid"), comm: "cruncher" });
  });
});
