// Where the setting that a remedy names is documented.

const EVICTION = "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/";
const RESERVE = "https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/";
const RESOURCES = "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/";
const QOS = "https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/";
const CGROUP = "https://docs.kernel.org/admin-guide/cgroup-v2.html";
const VM = "https://docs.kernel.org/admin-guide/sysctl/vm.html";
const MGLRU = "https://docs.kernel.org/admin-guide/mm/multigen_lru.html";
const HUGEPAGES = "https://docs.kernel.org/admin-guide/mm/hugetlbpage.html";
const TCP = "https://docs.kernel.org/networking/ip-sysctl.html";
const VOLUMES = "https://kubernetes.io/docs/concepts/storage/volumes/";
const SWAP = "https://kubernetes.io/docs/concepts/cluster-administration/swap-memory-management/";
const UNITS = "https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html";

const OF: Readonly<Record<string, string>> = {
  "threshold-below-floor": EVICTION,
  "soft-grace-too-long": EVICTION,
  "stale-observation-eviction": EVICTION,
  "eviction-freed-too-little": EVICTION,
  "eviction-blocked": CGROUP,
  "kubelet-starved": CGROUP,
  "eviction-not-enforced": EVICTION,
  "kernel-memory-unseen": EVICTION,
  "unaccounted-memory": RESERVE,
  "hugepages-reserved": HUGEPAGES,
  "page-cache-counted-as-used": EVICTION,
  "dirty-page-backlog": VM,
  "tmpfs-charged-to-pod": VOLUMES,
  "limit-below-working-set": RESOURCES,
  "steady-leak": RESOURCES,
  "allocation-burst": RESOURCES,
  "half-alive": CGROUP,
  "pod-limit-reached": RESOURCES,
  "kubepods-exhausted": RESERVE,
  "node-overcommitted": RESOURCES,
  "reservation-too-small": RESERVE,
  "node-agent-killed": UNITS,
  "victim-not-largest": QOS,
  "culprit-outside-pods": UNITS,
  "slab-growth": VM,
  "dying-cgroups": CGROUP,
  "socket-or-conntrack-memory": TCP,
  "kswapd-outrun": VM,
  "high-order-fragmentation": VM,
  "swap-full": SWAP,
  "min-ttl-kill": MGLRU,
  "memory-high-throttling": CGROUP,
  "protection-missing": CGROUP,
  "protection-overcommitted": CGROUP,
};

export const referenceFor = (page: string): string | null => OF[page] ?? null;
