// Which kinds of evidence the input holds: "partial" where some of it is known to be lost.
import type { Analysis } from "../model/analysis.ts";
import type { Facts } from "../model/facts.ts";

type State = "present" | "absent" | "partial";

const some = (present: boolean, partial = false): State => (present ? (partial ? "partial" : "present") : "absent");

const hasLines = (facts: Facts, ident: RegExp): boolean =>
  facts.logs.some((log) => log.coverage.some((c) => ident.test(c.ident) && c.lines > 0));

export const sourcesOf = (facts: Facts): Analysis["coverage"]["sources"] => {
  const { samples } = facts;
  const file = (path: string): State => {
    const found = samples.files.get(path);
    return some(found !== undefined && found.length > 0);
  };
  const kernelEvents = facts.logs.flatMap((log) => log.kernel);
  const lost = kernelEvents.some((event) => event.kind === "lost");
  return {
    meminfo: file("/proc/meminfo"),
    vmstat: file("/proc/vmstat"),
    psi: file("/proc/pressure/memory"),
    slabinfo: file("/proc/slabinfo"),
    zoneinfo: file("/proc/zoneinfo"),
    cgroup: some(samples.cgroups.length > 0),
    tasks: some(samples.tasks.length > 0),
    kernelLog: some(kernelEvents.length > 0 || hasLines(facts, /^kernel$/), lost),
    kubeletLog: some(facts.logs.some((log) => log.kubelet.length > 0 || log.kubeletBeats.length > 0)),
    systemLog: some(facts.logs.some((log) => log.system.length > 0)),
    events: some(facts.events.length > 0),
    pods: some(facts.pods.length > 0),
    node: some(facts.nodes.length > 0),
    kubeletConfig: some(facts.configs.length > 0),
  };
};
