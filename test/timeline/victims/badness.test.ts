// The victim's choice recomputed from task dumps of many kernels, in pages; each expected number by hand from the table's own columns.
import { describe, expect, it } from "vitest";
import type { OomReport } from "../../../src/model/kernel.ts";
import { badnessOf, totalPagesOf } from "../../../src/timeline/victims/badness.ts";
import { caseNamed } from "../../parse/kernel/cases.ts";
import { readBytes, reportsOf } from "../../parse/kernel/read-log.ts";

const reportOf = async (name: string): Promise<OomReport> => {
  const report = reportsOf((await readBytes(caseNamed(name).log)).facts).find((r) => badnessOf(r) !== null);
  if (report === undefined) throw new Error(`no report of ${name} can be verified`);
  return report;
};
const badness = async (name: string) => badnessOf(await reportOf(name));

describe("badness", () => {
  it("of the whole node: pages of memory and page tables, and its adj in thousandths of RAM", async () => {
    // 2340290560/4096 + 4616192/4096 = 571360 + 1127; 915 × 762
    expect(totalPagesOf(await reportOf("capture-global-dmesg"))).toBe(762_410);
    expect(await badness("capture-global-dmesg")).toMatchObject({
      points: 571_360 + 1127 + 915 * 762,
      rank: 1,
      tasks: 26,
      agrees: true,
    });
  });

  it("of a limit's kill: the adj in thousandths of the limit, 256 MiB", async () => {
    expect(totalPagesOf(await reportOf("capture-memcg-group-kmsg"))).toBe(65_536);
    expect((await badness("capture-memcg-group-kmsg"))?.points).toBe(39_087 + 85 + 958 * 65);
  });

  it.each([
    ["el7-memcg-thread-and-child", 65_400 + 210 + 9464 + 968 * 131],
    ["v4.14-nodemask-and-memcg-one-liners", 302 + 9 + 999 * 32],
    ["v4.19-oom-group", 9000 + 32],
    ["v5.4-cgroup-v1-block", 63_170 + 479 + 984 * 65],
    ["memcg-6.19-protection", 14_660 + 40 + 256],
    ["el6-memcg-and-older-words", 520_133],
  ])("%s: the same formula, whatever columns the kernel has", async (name, points) => {
    expect(await badness(name)).toMatchObject({ points, rank: 1, agrees: true });
  });

  it("a child may have been killed in the place of the highest, up to 5.0: said, not called an error", async () => {
    expect(await badness("v4.4-nr-pmds-sacrificed-child")).toMatchObject({
      rank: 2,
      agrees: false,
      note: "not the highest: postgres (3340) with 401055 points stood above it; kernels up to 5.0 may kill a child of the process that they chose",
    });
  });
});

describe("why this one", () => {
  it("its size and its adj apart, the next one, and who would have died with another class", async () => {
    expect((await badness("capture-global-dmesg"))?.note).toBe(
      [
        "next would have been prometheus (745) with 775306 points",
        "572487 of its points are its own 2.18 GiB, 697230 its oom_score_adj of 915",
        "with -997, as in a Guaranteed pod, it would have had -187227 and prometheus (745) would have died",
        "with 1000, as in a BestEffort pod, it would have had 1334487 and it would have died all the same",
      ].join("; "),
    );
  });

  it("within one limit all share the pod's class: only the next one is named", async () => {
    expect((await badness("capture-memcg-group-kmsg"))?.note).toBe(
      "next would have been java (1014) with 88716 points; 39172 of its points are its own 153 MiB, 62270 its oom_score_adj of 958",
    );
  });

  const withTop = async (uid: number): Promise<string | null | undefined> => {
    const report = await reportOf("el7-memcg-thread-and-child");
    const rows = report.tasks?.rows ?? [];
    const [worker] = rows.filter(({ pid }) => pid === 7300);
    if (worker === undefined || report.tasks === null) throw new Error("no row of the victim");
    // 1 % more than the victim's points.
    const rival = {
      ...worker,
      pid: 9,
      tgid: 9,
      comm: "rival",
      uid,
      rssBytes: (worker.rssBytes + 2019 * 4096) as typeof worker.rssBytes,
    };
    return badnessOf({
      ...report,
      kills: report.kills.map((k) => ({ ...k, score: null })),
      tasks: { ...report.tasks, rows: [...rows, rival] },
    })?.note;
  };

  it("root's processes were favoured by 3 % before 4.17: one of root that stands no higher above it explains itself", async () => {
    expect(await withTop(0)).toMatch(/as root's, and kernels before 4\.17 take 3 % off those$/);
    expect(await withTop(1000)).toMatch(/it may have been exiting/);
  });
});
