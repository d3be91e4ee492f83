// All stretches of pressure that the samples show: of the node, of kubepods, of each pod.
import type { Samples } from "../../model/samples.ts";
import type { SignalSample, ThresholdsInForce } from "../../model/timeline.ts";
import type { TickAt } from "../available/signals.ts";
import { placeOfCgroup } from "../cgroups/cgroup-level.ts";
import { type PressureSpan, availabilitySpans, psiSpans } from "../incidents/pressure.ts";
import { pressureOf } from "../psi/pressure.ts";

export interface PressureInputs {
  readonly samples: Samples;
  readonly tickAt: TickAt;
  readonly thresholds: ThresholdsInForce;
  readonly available: readonly SignalSample[];
  readonly allocatable: readonly SignalSample[];
}

export const pressureSpansOf = ({
  samples,
  tickAt,
  thresholds,
  available,
  allocatable,
}: PressureInputs): PressureSpan[] => {
  const cgroups = samples.cgroups.flatMap((dir): PressureSpan[] => {
    const { level } = placeOfCgroup(dir.cgroup);
    if (dir.version !== 2 || (level !== "pod" && level !== "kubepods")) return [];
    return psiSpans(
      pressureOf(samples, `${dir.dir}/memory.pressure`, tickAt),
      level === "pod" ? "pod-psi" : "kubepods-psi",
      dir.cgroup,
    );
  });
  return [
    ...availabilitySpans(thresholds, available, allocatable),
    ...psiSpans(pressureOf(samples, "/proc/pressure/memory", tickAt), "node-psi", null),
    ...cgroups,
  ];
};
