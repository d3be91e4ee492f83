// What the node is: files that are read once and give a name or a number each.
import type { CapturedFile } from "../../model/capture.ts";
import { sourceRef } from "../../model/evidence.ts";
import type { NodeDetail } from "../../model/kubelet.ts";
import type { FactSink, Parser } from "../parser.ts";
import { linesOf, wholeFile } from "../samples/whole-file.ts";

type Reader = (
  lines: readonly string[],
  say: (key: NodeDetail["key"], value: string | undefined, line: number) => void,
  sink: FactSink,
  file: CapturedFile,
) => void;

const OS_RELEASE: Reader = (lines, say) => {
  const value = (key: string): { text: string; line: number } | null => {
    const index = lines.findIndex((line) => line.startsWith(`${key}=`));
    // PRETTY_NAME="Debian GNU/Linux 13 (trixie)"; os-release(5): shell quoting
    return index < 0
      ? null
      : { text: (lines[index] ?? "").slice(key.length + 1).replace(/^(["'])(.*)\1$/, "$2"), line: index + 1 };
  };
  const pretty = value("PRETTY_NAME") ?? value("NAME");
  if (pretty !== null && pretty.text !== "") say("osName", pretty.text, pretty.line);
};

// Linux version 6.12.117+deb13-cloud-amd64 (debian-kernel@lists.debian.org) …
const VERSION: Reader = (lines, say) => say("kernelRelease", /^Linux version (\S{1,120})/.exec(lines[0] ?? "")?.[1], 1);

// Linux worker-1 6.12.117+deb13-cloud-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1 (2026-11-12) x86_64 GNU/Linux
const UNAME: Reader = (lines, say) => {
  const [, host, release] = /^Linux (\S{1,253}) (\d\S{0,119}) /.exec(lines[0] ?? "") ?? [];
  say("hostname", host, 1);
  say("kernelRelease", release, 1);
  say("machine", / (\S{1,20})(?: GNU\/Linux)?$/.exec(lines[0] ?? "")?.[1], 1);
};

// btime 1795482421
const STAT: Reader = (lines, say) => {
  lines.forEach((line, i) => say("bootTimeSec", /^btime (\d{1,12})$/.exec(line)?.[1], i + 1));
  const cpus = lines.filter((line) => /^cpu\d/.test(line)).length;
  const last = lines.findLastIndex((line) => /^cpu\d/.test(line));
  if (cpus > 0) say("cpus", String(cpus), last + 1);
};

// processor	: 0
const CPUINFO: Reader = (lines, say) => {
  const last = lines.findLastIndex((line) => /^processor\s{0,8}:/.test(line));
  const count = lines.filter((line) => /^processor\s{0,8}:/.test(line)).length;
  if (count > 0) say("cpus", String(count), last + 1);
};

// 5e1c0f7a-93a4-4ad1-8b7a-0a7f3f7e2b11
const BOOT_ID: Reader = (lines, say, sink) => {
  const id = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.exec(lines[0] ?? "")?.[0];
  say("bootId", id, 1);
  if (id !== undefined) sink.bootId(id);
};

//   0 d61b4d34930049f4a9d04718d14e7116 Tue 2026-11-24 01:07:17 UTC Tue 2026-11-24 01:21:11 UTC
const LIST_BOOTS: Reader = (lines, say, sink) => {
  lines.forEach((line, i) => {
    const [, index, id] = /^ {0,8}(-?\d{1,6}) ([0-9a-f]{32}) /.exec(line) ?? [];
    if (id === undefined) return;
    sink.bootId(id);
    if (index === "0") say("bootId", id, i + 1);
  });
};

const HOSTNAME: Reader = (lines, say) => say("hostname", /^\S{1,253}$/.exec(lines[0] ?? "")?.[0], 1);
const LRU_GEN: Reader = (lines, say) => say("lruGen", /^(?:0x)?[0-9a-fA-F]{1,8}$/.exec(lines[0] ?? "")?.[0], 1);

// Kubernetes v1.36.2
// containerd github.com/containerd/containerd 1.7.24~ds1 1.7.24~ds1-6+deb13u1
// kubelet: Kubernetes v1.36.2            (the collector's "name: first line of its output")
const VERSIONS: Reader = (lines, say) => {
  lines.forEach((line, i) => {
    say("kubeletVersion", /^(?:kubelet: )?Kubernetes (v\d\S{0,60})$/.exec(line)?.[1], i + 1);
    const containerd = /^(?:containerd: )?containerd (?:\S{1,80}\/)?containerd v?(\d\S{0,60})/.exec(line)?.[1];
    if (containerd !== undefined) say("containerRuntime", `containerd://${containerd}`, i + 1);
    const crio = /^(?:crio: )?crio version v?(\d\S{0,60})/.exec(line)?.[1];
    if (crio !== undefined) say("containerRuntime", `cri-o://${crio}`, i + 1);
  });
};

/** Read and known to say nothing to a memory incident. */
const NOTHING: Reader = () => {};

const BY_PATH: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    "/etc/os-release": OS_RELEASE,
    "/usr/lib/os-release": OS_RELEASE,
    "/etc/hostname": HOSTNAME,
    "/proc/sys/kernel/hostname": HOSTNAME,
    "/proc/version": VERSION,
    "/proc/cpuinfo": CPUINFO,
    "/proc/sys/kernel/random/boot_id": BOOT_ID,
    "/sys/kernel/mm/lru_gen/enabled": LRU_GEN,
    "/proc/cmdline": NOTHING,
    "/proc/mounts": NOTHING,
    "/proc/self/mounts": NOTHING,
    "/proc/self/cgroup": NOTHING,
    "/proc/self/mountinfo": NOTHING,
    "/proc/filesystems": NOTHING,
    "/proc/cgroups": NOTHING,
  }),
);

const BY_NAME: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    uname: UNAME,
    "list-boots": LIST_BOOTS,
    versions: VERSIONS,
  }),
);

const readerOf = (file: CapturedFile): Reader | null => {
  if (file.tick !== null) return null;
  const { nodePath } = file;
  if (nodePath === null) return BY_NAME.get(file.baseName) ?? null;
  return BY_PATH.get(nodePath) ?? null;
};

export const nodeDetails: Parser = {
  id: "proc/details",
  claims: (file) => readerOf(file) !== null,
  parse: async (file, sink, report) => {
    const reader = readerOf(file);
    const bytes = reader === null || reader === NOTHING ? null : await wholeFile(file, report);
    if (reader === null || bytes === null) return;
    const lines = linesOf(bytes);
    reader(lines, detailOf(file, lines, sink), sink, file);
  },
};

/** Settings that no format reads (a list of choices, a text): known, of no use. */
export const otherSettings: Parser = {
  id: "proc/other",
  claims: ({ tick, nodePath }) => tick === null && nodePath?.startsWith("/sys/") === true,
  parse: () => Promise.resolve(),
};

const detailOf =
  (file: CapturedFile, lines: readonly string[], sink: FactSink) =>
  (key: NodeDetail["key"], value: string | undefined, line: number) => {
    if (value !== undefined)
      sink.detail({ key, fact: { value, from: [sourceRef(file.path, line, lines[line - 1] ?? "")] } });
  };

/** /proc/stat is both a sample and the boot time; its text is short but for one line. */
export const statDetails = (file: CapturedFile, bytes: Uint8Array, sink: FactSink): void => {
  const lines = linesOf(bytes);
  STAT(lines, detailOf(file, lines, sink), sink, file);
};
