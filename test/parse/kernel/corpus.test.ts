// Real logs of public issues and mail archives against facts that were checked by hand.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assembleKills } from "../../../src/timeline/kills/assemble.ts";
import { sharedFolder } from "../../project/shared.ts";
import { unplaced } from "../../timeline/kills/unplaced.ts";
import { readBytes, reportsOf } from "./read-log.ts";

const folder = sharedFolder("corpus/oom");

interface Sidecar {
  readonly scope: "global" | "memcg" | null;
  readonly constraint: string | null;
  readonly constraintPrinted: string | null;
  readonly kernel: string | null;
  readonly memcg?: string | null;
  readonly taskMemcg?: string | null;
  readonly invokedCount: number;
  readonly invokerPid?: number | null;
  readonly events?: readonly object[];
  readonly mayName?: readonly string[];
  readonly victims: readonly {
    readonly pid: number;
    readonly comm: string;
    readonly totalVmKb: number | null;
    readonly anonRssKb: number | null;
    readonly fileRssKb: number | null;
    readonly shmemRssKb: number | null;
    readonly oomScoreAdj: number | null;
    readonly uid: number | null;
    readonly score: number | null;
    readonly pgtablesKbPrinted: number | null;
  }[];
}
const names = folder === null ? [] : readdirSync(folder).filter((name) => name.endsWith(".log"));
const sidecarOf = (name: string): Sidecar =>
  JSON.parse(readFileSync(join(folder ?? "", name.replace(/log$/, "json")), "utf8")) as Sidecar;
const kib = (value: number | null): number | null => (value === null ? null : value * 1024);
const CONSTRAINTS: Readonly<Record<string, string>> = {
  CONSTRAINT_NONE: "none",
  CONSTRAINT_MEMCG: "memcg",
  CONSTRAINT_BPF_PSI_MEM: "memcg",
  CONSTRAINT_CPUSET: "cpuset",
  CONSTRAINT_MEMORY_POLICY: "memory-policy",
};

describe.skipIf(folder === null)("corpus/oom", () => {
  it.each(names)("%s", async (name) => {
    const want = sidecarOf(name);
    const { facts } = await readBytes(new Uint8Array(readFileSync(join(folder ?? "", name))), name);
    const kills = assembleKills([facts], unplaced);
    const victims = kills.flatMap((kill) => kill.victims);
    const may = new Set(want.mayName);
    expect(victims.map(({ pid, comm }) => `${pid} ${comm}`).filter((victim) => !may.has(victim))).toEqual(
      want.victims.map(({ pid, comm }) => `${pid} ${comm}`),
    );
    for (const told of want.victims) {
      const found = victims.find(({ pid }) => pid === told.pid);
      expect(found).toMatchObject({
        ...(told.totalVmKb === null ? {} : { totalVmBytes: kib(told.totalVmKb) }),
        ...(told.anonRssKb === null ? {} : { anonRssBytes: kib(told.anonRssKb) }),
        ...(told.fileRssKb === null ? {} : { fileRssBytes: kib(told.fileRssKb) }),
        shmemRssBytes: kib(told.shmemRssKb),
        ...(told.oomScoreAdj === null ? {} : { oomScoreAdj: told.oomScoreAdj }),
        ...(told.uid === null ? {} : { uid: told.uid }),
        // the kernel that says kB and means bytes
        pageTablesBytes: name.includes("pgtables-in-bytes") ? told.pgtablesKbPrinted : kib(told.pgtablesKbPrinted),
      });
    }
    const reports = reportsOf(facts);
    if (want.events) expect(reports).toHaveLength(want.events.length);
    expect(reports.filter(({ invoked }) => invoked !== null)).toHaveLength(want.invokedCount);
    if (want.invokerPid != null) expect(reports.map(({ invoked }) => invoked?.pid)).toContain(want.invokerPid);
    if (want.kernel !== null) expect(reports.map(({ kernelRelease }) => kernelRelease)).toContain(want.kernel);
    if (want.memcg != null) expect(kills.map(({ limitedCgroup }) => limitedCgroup)).toContain(want.memcg);
    if (want.taskMemcg != null) expect(kills.map(({ victimCgroup }) => victimCgroup)).toContain(want.taskMemcg);
    if (want.constraintPrinted !== null)
      expect(reports.map(({ constraint }) => constraint)).toContain(want.constraintPrinted);
    const told = kills.filter((kill) => kill.victims.length > 0 && kill.knownFrom !== "reaper");
    if (want.scope === "global") expect(told.map(({ scope }) => scope)).toEqual(told.map(() => "node"));
    if (want.scope === "memcg") expect(told.map(({ scope }) => scope)).not.toContain("node");
    if (want.constraint !== null && told.length > 0)
      expect(told.map(({ constraint }) => constraint)).toContain(CONSTRAINTS[want.constraint]);
    for (const score of want.victims.map((victim) => victim.score)) {
      if (score !== null) expect(reports.flatMap((report) => report.kills.map((kill) => kill.score))).toContain(score);
    }
  });
});
