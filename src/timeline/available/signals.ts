// Contract for the incident code (implementation beside this file):
//   memoryAvailable(samples, tickAt, observations) → { variant, fitted, samples: SignalSample[] } | null
//   allocatableAvailable(samples, tickAt)          → { variant, limitBytes, samples: SignalSample[] } | null
//   memAvailable(samples, tickAt)                  → SignalSample[]   (MemAvailable of meminfo)
import type { When } from "../../model/instant.ts";
import type { SignalSample } from "../../model/timeline.ts";

/** Interval in which a tick's files were read. */
export type TickAt = (tick: number) => When;

/** A quantity that the kubelet printed, and the interval in which it must have been read. */
export interface Observation {
  readonly bytes: number;
  /** Wall clock, ms: read after, and before. */
  readonly afterMs: number;
  readonly beforeMs: number;
}

export interface Signal {
  /** "v2 anon+file", "v2 MemTotal-MemFree", "v1 usage" … */
  readonly variant: string;
  /** True where a printed quantity fits it, false where it follows from versions or defaults alone. */
  readonly fitted: boolean;
  readonly samples: readonly SignalSample[];
}
