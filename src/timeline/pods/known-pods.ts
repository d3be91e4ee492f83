// The pods of the document: all that the input names, and those that only a cgroup directory shows.
import type { Facts } from "../../model/facts.ts";
import type { CgroupDir } from "../../model/samples.ts";
import { placeOfCgroup, qosOfCgroup } from "../cgroups/cgroup-level.ts";
import type { PodIndex } from "./pod-index.ts";
import type { KnownPod } from "./pod-memory.ts";

export const knownPods = (facts: Facts, index: PodIndex): KnownPod[] => {
  const dirByPod = new Map<string, CgroupDir>();
  const unnamed: KnownPod[] = [];
  for (const dir of facts.samples.cgroups) {
    const place = placeOfCgroup(dir.cgroup);
    if (place.level !== "pod" || place.uid === null) continue;
    const known = index.ofUid(place.uid);
    const key = known?.pod.uid ?? place.uid;
    if (dirByPod.has(key)) continue;
    dirByPod.set(key, dir);
    if (known === null)
      unnamed.push({
        pod: { namespace: null, name: null, uid: place.uid, container: null, containerId: null },
        qosClass: qosOfCgroup(dir.cgroup),
        facts: [],
        dir,
        from: [],
      });
  }
  const named = index.pods
    .filter((pod) => pod.pod.name !== null || pod.pod.uid !== null)
    .map((pod): KnownPod => {
      const dir = pod.pod.uid === null ? null : (dirByPod.get(pod.pod.uid) ?? null);
      return {
        pod: pod.pod,
        qosClass: pod.qosClass ?? (dir === null ? null : qosOfCgroup(dir.cgroup)),
        facts: pod.facts,
        dir,
        from: pod.from,
      };
    });
  return [...named, ...unnamed];
};
