// Reads a log's text as the pipeline does, and says what the kernel's part of it holds in lines that a case can be written in.
import type { Problem } from "../../../src/model/evidence.ts";
import type { LogFacts } from "../../../src/model/facts.ts";
import type { KernelEvent, KilledProcess, OomReport } from "../../../src/model/kernel.ts";
import { textFile } from "../../../src/parse/log/text-file.ts";
import { capturedFile, gathering } from "../../timeline/evictions/facts-of.ts";

export interface ReadLog {
  readonly facts: LogFacts;
  readonly problems: readonly Problem[];
  readonly bootIds: readonly string[];
}

export const readBytes = async (bytes: Uint8Array, path = "kernel.log", chunkSize = 65_536): Promise<ReadLog> => {
  const { out, sink, report } = gathering();
  await textFile.parse(capturedFile(path, bytes, chunkSize), sink, report);
  const [facts] = out.logs;
  if (!facts) throw new Error("a text parser hands over what it read, if only that it is nothing");
  return { facts, problems: out.problems, bootIds: out.bootIds };
};

export const readText = (text: string, path?: string): Promise<ReadLog> =>
  readBytes(new TextEncoder().encode(text), path);

export const reportsOf = (facts: LogFacts): OomReport[] =>
  facts.kernel.filter((event): event is OomReport => event.kind === "oom-report");

export const killsOf = (facts: LogFacts): KilledProcess[] => reportsOf(facts).flatMap(({ kills }) => kills);

const kib = (bytes: number | null): string | null => (bytes === null ? null : `${bytes / 1024}`);
const words = (pairs: readonly (readonly [string, string | number | null | undefined])[]): string =>
  pairs.flatMap(([name, value]) => (value === null || value === undefined ? [] : [`${name}=${value}`])).join(" ");

const describeReport = (report: OomReport): string => {
  const { invoked, memcgUsage: usage, memInfo } = report;
  const fields = words([
    ["scope", report.scope],
    ["constraint", report.constraint],
    ["trigger", invoked && `${invoked.comm}/${invoked.pid ?? "?"}`],
    ["gfp", invoked?.gfpMask],
    ["flags", invoked?.gfpFlags],
    ["order", invoked?.order],
    ["adj", invoked?.oomScoreAdj],
    ["memcg", report.oomMemcg],
    ["task", report.taskMemcg],
    ["cpuset", report.cpuset],
    ["usage", usage && kib(usage.usageBytes)],
    ["limit", usage && kib(usage.limitBytes)],
    ["failcnt", usage?.failcnt],
    ["swap", usage && kib(usage.swapUsageBytes)],
    ["swaplimit", usage && kib(usage.swapLimitBytes)],
    ["kmem", usage && kib(usage.kmemUsageBytes)],
    [
      "stats",
      report.memcgStats.length > 0 ? report.memcgStats.map(({ stats }) => Object.keys(stats).length).join("+") : null,
    ],
    [
      "meminfo",
      memInfo &&
        `${Object.keys(memInfo.total).length}/${memInfo.nodes.length}/${memInfo.zones.map(({ name }) => name).join("+")}`,
    ],
    ["ram", memInfo && kib(memInfo.ramBytes)],
    ["rows", report.tasks && `${report.tasks.rows.length}${report.tasks.complete ? "" : "?"}`],
    ["page", `${report.pageSize.bytes}${report.pageSize.proven ? "" : "?"}`],
    ["release", report.kernelRelease],
    ["group", report.groupKillOf],
    ["reaped", report.reaped.length > 0 ? report.reaped.map(({ pid }) => pid).join("+") : null],
    ["boot", report.bootId],
    ["missing", report.missing.length > 0 ? report.missing.join(",") : null],
  ]);
  const flags = [
    report.sysrq && "sysrq",
    report.noKillable && "no-killable",
    report.panic !== null && `panic: ${report.panic}`,
    report.complete && "complete",
  ];
  return ["EVENT:", fields, ...flags].filter(Boolean).join(" ");
};

const describeKill = (kill: KilledProcess): string =>
  `KILL: ${kill.pid} ${kill.comm} | ${words([
    ["uid", kill.uid],
    ["vm", kib(kill.totalVmBytes)],
    ["anon", kib(kill.anonRssBytes)],
    ["file", kib(kill.fileRssBytes)],
    ["shmem", kib(kill.shmemRssBytes)],
    ["pt", kib(kill.pageTablesBytes)],
    ["adj", kill.oomScoreAdj],
    ["score", kill.score],
    ["line", kill.lineSeen ? kill.from.line : `${kill.from.line}?`],
    ["printk", kill.stamps.find(({ clock }) => clock === "printk")?.ms],
  ])}`;

const describeEvent = (event: KernelEvent): string[] => {
  switch (event.kind) {
    case "oom-report":
      return [describeReport(event), ...event.kills.map(describeKill)];
    case "reaped":
      return [`REAPED: ${event.pid} ${event.comm}`];
    case "mark":
      return [`MARK: ${event.number} ${event.uptimeSec} ${event.realSec}`];
    case "boot":
      return [`BOOT: ${event.release}`];
    case "lost":
      return [`LOST: ${event.count} ${event.what}`];
    default:
      return [
        `NOTE: ${event.kind} ${words([
          ["comm", event.comm],
          ["pid", event.pid],
        ])}`.trimEnd(),
      ];
  }
};

/** What a case states above its log. */
export const describeFacts = ({ facts, problems }: ReadLog): string[] => [
  `FORMAT: ${facts.format}`,
  ...facts.kernel.flatMap(describeEvent),
  ...problems.map(({ code, line }) => `PROBLEM: ${code} ${line}`),
];
