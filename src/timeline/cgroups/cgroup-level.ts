// What a cgroup is by its place in the kubelet's tree, with the systemd or the cgroupfs driver, nested or not: matched from the
// last "kubepods" of the path (kind and k3s prefix it).
import type { CgroupSeries } from "../../model/timeline.ts";

export type CgroupLevel = CgroupSeries["level"];

const POD =
  /(?:^|-|\/)pod(?<uid>[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/;
const QOS = /^\/(?:[a-z0-9-]{0,253}kubepods-)?(?:burstable|besteffort|guaranteed)(?:\.slice)?$/;

export interface CgroupPlace {
  readonly level: CgroupLevel;
  /** Pod uid with dashes (or a static pod's hash); null above pods. */
  readonly uid: string | null;
}

export const placeOfCgroup = (cgroup: string): CgroupPlace => {
  if (cgroup === "/" || cgroup === "") return { level: "root", uid: null };
  // Greedy up to the last kubepods segment that is a whole path element.
  const parts = cgroup.split("/").slice(1);
  const at = parts.findLastIndex((part) => /(?:^|-)kubepods(?:\.slice)?$/.test(part));
  if (at < 0) return { level: "other", uid: null };
  const rest = parts.slice(at + 1);
  if (rest.length === 0) return { level: "kubepods", uid: null };
  const podAt = rest.findIndex((part) => POD.test(part));
  if (podAt < 0) return { level: rest.length === 1 && QOS.test(`/${rest[0] ?? ""}`) ? "qos" : "other", uid: null };
  const uid = (POD.exec(rest[podAt] ?? "")?.groups?.["uid"] ?? "").replaceAll("_", "-");
  if (rest.length === podAt + 1) return { level: "pod", uid };
  return { level: rest.length === podAt + 2 ? "container" : "other", uid };
};

/** Guaranteed pods sit directly in kubepods. */
export const qosOfCgroup = (cgroup: string): "Guaranteed" | "Burstable" | "BestEffort" | null => {
  const { uid } = placeOfCgroup(cgroup);
  if (uid === null) return null;
  if (/burstable/.test(cgroup)) return "Burstable";
  return /besteffort/.test(cgroup) ? "BestEffort" : "Guaranteed";
};
