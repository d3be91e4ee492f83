// A recorder that keeps one directory a tick, "ticks/<epoch seconds>.<ms>/<file>", and snapshots beside it.
import type { TickDirectory } from "../../model/capture.ts";
import type { Layout } from "./layout.ts";

const TICK = /^ticks\/(\d{9,11})\.(\d{1,9})\//;

const IN_TICK: ReadonlyMap<string, string> = new Map(
  Object.entries({
    buddyinfo: "/proc/buddyinfo",
    loadavg: "/proc/loadavg",
    meminfo: "/proc/meminfo",
    "pressure.cpu": "/proc/pressure/cpu",
    "pressure.io": "/proc/pressure/io",
    "pressure.memory": "/proc/pressure/memory",
    slabinfo: "/proc/slabinfo",
    swaps: "/proc/swaps",
    uptime: "/proc/uptime",
    vmstat: "/proc/vmstat",
    zoneinfo: "/proc/zoneinfo",
  }),
);

const BESIDE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cmdline: "/proc/cmdline",
    cpuinfo: "/proc/cpuinfo",
    "kubelet-config.yaml": "/var/lib/kubelet/config.yaml",
    "meminfo-after": "/proc/meminfo",
    mounts: "/proc/mounts",
    "os-release": "/etc/os-release",
    "proc-stat": "/proc/stat",
    sockstat: "/proc/net/sockstat",
    "vmstat-after": "/proc/vmstat",
  }),
);

export const labTicks: Layout = {
  id: "lab-ticks",
  isSignature: (path) => TICK.test(path),
  nodePath: (path) => {
    const tick = TICK.exec(path);
    if (tick !== null) return IN_TICK.get(path.slice(tick[0].length)) ?? null;
    if (path.startsWith("var-log/")) return `/var/log/${path.slice("var-log/".length)}`;
    return BESIDE.get(path) ?? null;
  },
  tick: (path) => {
    const match = TICK.exec(path);
    return match === null ? null : tickDirectory(match[1] ?? "", match[2] ?? "");
  },
};

const tickDirectory = (seconds: string, fraction: string): TickDirectory => ({
  name: `${seconds}.${fraction}`,
  realMs: Number(seconds) * 1000 + Number(`${fraction.slice(0, 3).padEnd(3, "0")}.${fraction.slice(3)}`),
});
