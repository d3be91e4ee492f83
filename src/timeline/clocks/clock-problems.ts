// What the clocks leave open, said once: steps, several boots, stamps without year or zone, a kernel's clock that nothing binds.
import type { Problem } from "../../model/evidence.ts";
import type { Facts } from "../../model/facts.ts";
import type { Clocks } from "./clocks.ts";

const problem = (severity: Problem["severity"], code: string, message: string, costs: string): Problem => ({
  severity,
  code,
  file: null,
  line: null,
  message,
  costs,
});

const hasLocal = (facts: Facts): boolean =>
  facts.logs.some(
    (log) =>
      log.coverage.some((c) => c.first.some((s) => s.clock === "klog" || s.clock === "rfc3164")) ||
      log.kubelet.some((e) => e.stamps.some((s) => s.clock === "klog")),
  );

export const clockProblems = (facts: Facts, clocks: Clocks): Problem[] => {
  const found: Problem[] = [];
  for (const step of clocks.wallMinusBoot?.steps ?? [])
    found.push(
      problem(
        "warning",
        "clock-step",
        `the wall clock was stepped by ${(step.byMs / 1000).toFixed(3)} s, ${(step.atBootMs / 1000).toFixed(1)} s after boot`,
        "wall times before and after the step differ by it; the order of kernel lines does not depend on it",
      ),
    );
  if (hasLocal(facts)) {
    if (clocks.local.nearMs === null)
      found.push(
        problem(
          "warning",
          "year-unknown",
          "the log's stamps name no year and nothing else in the input does",
          "its lines cannot be put on the wall clock; their order and distances hold",
        ),
      );
    else if (clocks.local.zoneMs === null)
      found.push(
        problem(
          "info",
          "zone-assumed",
          "the log's stamps name no time zone and nothing binds them to a clock that does: they were read as UTC",
          clocks.zoneUnknown
            ? "order against other sources is undecided; a journal in short-iso-precise or JSON form would decide"
            : "times are the node's own local time",
        ),
      );
  }
  const kernelEvents = facts.logs.some((log) => log.kernel.some((e) => e.kind === "oom-report"));
  const bound = [...clocks.wallMinusPrintk.values()].some((b) => Number.isFinite(b.low) && Number.isFinite(b.high));
  const onlyPrintk = facts.logs.some((log) =>
    log.kernel.some(
      (e) => e.kind === "oom-report" && e.stamps.length > 0 && e.stamps.every((s) => s.clock === "printk"),
    ),
  );
  if (kernelEvents && onlyPrintk && !bound)
    found.push(
      problem(
        "warning",
        "printk-unbound",
        "nothing in the input binds the kernel's clock to the wall clock",
        "kills are known in seconds after boot only and cannot be ordered against the kubelet; collector marks, journald's JSON or /proc/uptime beside a wall clock would bind it",
      ),
    );
  return found;
};
