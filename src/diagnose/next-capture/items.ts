// What a capture may lack, and how the next one gets it: the things that open questions ask for, each named once.
// Ordered by what a recorder gives with no more than being started in time; what must be asked of a cluster or changed comes after.

export const WANTED = {
  "fast-samples": {
    item: "Samples at most 1 s apart through the event",
    how: "let the collector run as a flight recorder before it happens: sh collect.sh start --ring 30m --trigger oom,eviction. Its fast tier reads about once a second.",
  },
  baseline: {
    item: "Samples from at least a minute before memory fell",
    how: "sh collect.sh start --ring 30m --trigger oom,eviction keeps half an hour from before the event.",
  },
  afterwards: {
    item: "Samples and logs for at least two minutes after the event",
    how: "sh collect.sh start --trigger oom,eviction --after 5m, or do not end a recording at the kill.",
  },
  "more-lives": {
    item: "The pod's memory over several of its lives, or over an hour",
    how: "sh collect.sh start --ring 6h --trigger oom on the node where it runs.",
  },
  "kubelet-log": {
    item: "The kubelet's log through the event, at verbosity 3",
    how: "--v=3 in the kubelet's arguments shows when each pass of the eviction manager began (2 shows what it waits for); the collector takes the journal of the last 6 h.",
  },
  "system-journal": {
    item: "The whole system journal through the event, kept over a reboot",
    how: "Storage=persistent in journald.conf; journalctl -b -1 for the boot before, journalctl -u systemd-oomd for the daemon; the console's serial log where the node went down.",
  },
  "kubelet-config": {
    item: "The kubelet's configuration in force",
    how: "kubectl get --raw /api/v1/nodes/NODE/proxy/configz beside the bundle, or sh collect.sh api NODE -o api.tgz from where kubectl works.",
  },
  "api-objects": {
    item: "The pods as the API knows them: requests, limits, restarts",
    how: "sh collect.sh api NODE -o api.tgz from where kubectl works, or kubectl get pods -A -o yaml beside the bundle.",
  },
  "kernel-report": {
    item: "The kernel's log with whole OOM reports",
    how: "a persistent journal (Storage=persistent), a large ring (log_buf_len=4M at boot) and vm.oom_dump_tasks = 1, its default.",
  },
  "node-memory": {
    item: "/proc/meminfo and /proc/vmstat through the event",
    how: "the collector reads both in every tick.",
  },
  zones: {
    item: "/proc/zoneinfo and /proc/buddyinfo through the event",
    how: "the collector reads both every few seconds.",
  },
  pressure: {
    item: "/proc/pressure and memory.pressure of the cgroups",
    how: "where the files are absent PSI is off: psi=1 at boot (cgroup.pressure 1 for a cgroup); then the collector reads them in every tick.",
  },
  "root-stat": {
    item: "memory.stat of the root cgroup through the event",
    how: "the collector reads it in every tick; memory.available is computed from it.",
  },
  kubepods: {
    item: "memory.current, memory.stat and memory.max of kubepods",
    how: "run the collector where it sees the host's /sys/fs/cgroup (as root, in a pod with --root /host).",
  },
  cgroups: {
    item: "memory.current, memory.stat, memory.max and memory.events of pods and containers",
    how: "run the collector where it sees the host's /sys/fs/cgroup; --interval 1 reads every cgroup each second.",
  },
  "system-units": {
    item: "memory.current and memory.stat of system.slice's units",
    how: "MemoryAccounting=yes (systemd's default), and the collector run where it sees the host's /sys/fs/cgroup.",
  },
  sockets: {
    item: "/proc/net/sockstat and net.ipv4.tcp_mem over a longer time",
    how: "the collector reads both.",
  },
  slabinfo: {
    item: "/proc/slabinfo at most 30 s apart",
    how: "run the collector as root: nobody else may read it.",
  },
  tasks: {
    item: "RssAnon, RssShmem and threads of the pod's tasks",
    how: "run the collector as root on the host: it then reads /proc/PID/status of all tasks.",
  },
  "volume-use": {
    item: "What lies in the pod's memory-backed volumes",
    how: "du -sh /var/lib/kubelet/pods/UID/volumes/kubernetes.io~empty-dir/* while the pod lives: no recorder reads it.",
  },
  "heap-maximum": {
    item: "The heap maximum that the runtime was given",
    how: "kubectl get pod POD -o yaml beside the bundle, for arguments and environment in the pod's spec; what an image or a script sets only ps -o args shows on the node. The collector reads neither, for they may hold secrets.",
  },
  "runtime-account": {
    item: "What the runtime holds beside its heap",
    how: "its own account while it lives: jcmd PID VM.native_memory (started with -XX:NativeMemoryTracking=summary), process.memoryUsage(), dotnet-counters. No recorder sees it from outside.",
  },
  placement: {
    item: "cpuset.mems of the victim's cgroup",
    how: "cat /sys/fs/cgroup/…/cpuset.mems.effective while the pod lives.",
  },
  "mglru-guard": {
    item: "/sys/kernel/mm/lru_gen/min_ttl_ms",
    how: "cat it on the node: 0 is its default.",
  },
} as const satisfies Readonly<Record<string, { readonly item: string; readonly how: string }>>;

export type Want = keyof typeof WANTED;
