// One run of the kernel's OOM killer, told by however many files: everything of the document's OomKill but what needs pods or badness.
import type { Evidence, OomKill } from "../../model/analysis.ts";
import type { Stamp, When } from "../../model/instant.ts";
import type { OomReport } from "../../model/kernel.ts";

export type Victim = OomKill["victims"][number];

/** Where its kill was told and its sizes were not. */
export const victimNamed = (pid: number, comm: string): Victim => ({
  pid,
  comm,
  uid: null,
  totalVmBytes: null,
  anonRssBytes: null,
  fileRssBytes: null,
  shmemRssBytes: null,
  pageTablesBytes: null,
  oomScoreAdj: null,
});

export interface AssembledKill
  extends Readonly<
    Pick<
      OomKill,
      | "constraint"
      | "scope"
      | "trigger"
      | "limitedCgroup"
      | "victimCgroup"
      | "usageBytes"
      | "limitBytes"
      | "count"
      | "complete"
    >
  > {
  /** Of the first "Killed process" line, or of what stands for it. */
  readonly at: When;
  readonly invokedAt: When | null;
  readonly reapedAt: When | null;
  readonly victims: readonly Victim[];
  /** When each victim's own line was printed, in the order of `victims`. */
  readonly victimsAt: readonly When[];
  /** "reaper": no line of the kill survived, only `oom_reaper: reaped process`. */
  readonly knownFrom: "report" | "kill-line" | "reaper";
  readonly bootId: string | null;
  readonly host: string | null;
  /** Readings of the kill's line on every clock that some file gives. */
  readonly stamps: readonly Stamp[];
  /** The same event as each file tells it, the best one first; empty where only the reaper tells. */
  readonly reports: readonly OomReport[];
  /** Every file that tells it, the best one first. */
  readonly files: readonly string[];
  readonly evidence: readonly Evidence[];
}

export type Place = (stamps: readonly Stamp[], bootId: string | null) => When;
