// How the kubelet counts what the node uses: by its release and by the version of cgroups, else by what fits the quantities it printed.
import type { RootUsage } from "../../model/timeline.ts";

/** Names of variants, as the document has them. */
export const VARIANT = {
  "anon-and-file": "anon + file",
  "all-but-free": "MemTotal − MemFree",
} as const satisfies Record<RootUsage["counts"], string>;

/**
 * 1.29 and newer vendor a runc (or opencontainers/cgroups) library whose root usage is anon + file (runc 1.1.9, fs2/memory.go
 * rootStatsFromMeminfo()); 1.27 and 1.28 have either. v1's root usage_in_bytes is the kernel's own sum of the two.
 */
export const rootUsageOf = (kubeletVersion: string | null, cgroupVersion: 1 | 2 | null): RootUsage => {
  const match = /^(?:Kubernetes )?v?1\.(\d{1,3})\./.exec(kubeletVersion ?? "");
  const minor = match === null ? null : Number(match[1]);
  if (cgroupVersion === 1 || (minor !== null && minor >= 29)) return { counts: "anon-and-file", sure: true };
  if (cgroupVersion === 2 && minor !== null && minor <= 26) return { counts: "all-but-free", sure: true };
  return { counts: "anon-and-file", sure: false };
};

/** What fits a printed quantity overrules the release. */
export const rootUsageShown = (
  available: { readonly variant: string; readonly fitted: boolean } | null,
  told: RootUsage,
): RootUsage => {
  if (available === null || !available.fitted) return told;
  return { counts: available.variant === VARIANT["all-but-free"] ? "all-but-free" : "anon-and-file", sure: true };
};
