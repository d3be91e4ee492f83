// Deleted cgroups still pin memory: cache, tmpfs or kernel objects charged to them keep each alive, with its per-CPU counters.
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import { contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { defineRule } from "../rule.ts";
import { grouped, moved, size } from "../text/format.ts";

type Needs = Pick<Inputs, "root" | "meminfo" | "incidents">;

const MANY = 1000;
const FACTOR = 5;
const FEW = 200;

const evaluate = ({ root, meminfo, incidents }: Needs): Answer | null => {
  const stat = root?.cgroupStat ?? null;
  if (stat === null) return null;
  const last = stat.length - 1;
  const [dying, live] = [stat.value(last, "nr_dying_descendants"), stat.value(last, "nr_descendants")];
  if (dying === null || live === null) return null;
  // Few are the rule: worth a line only where something was lost.
  const lost = contestedWithLoss(incidents)[0];
  if (dying < FEW)
    return lost === undefined
      ? null
      : refuted({
          incidentId: lost.id,
          explanation: `Only ${grouped(dying)} deleted cgroups were still held, beside ${grouped(live)} living ones.`,
          facts: [fact("Dying cgroups", grouped(dying), stat.ref(last, "nr_dying_descendants"))],
        });
  const first = stat.value(0, "nr_dying_descendants") ?? dying;
  const percpu = meminfo === null ? null : [meminfo.value(0, "Percpu"), meminfo.value(meminfo.length - 1, "Percpu")];
  const grown = percpu?.[0] == null || percpu[1] == null ? null : percpu[1] - percpu[0];
  const cost = grown === null || grown <= 0 || dying <= first ? null : grown / (dying - first);
  const facts = [
    fact(
      "Dying cgroups",
      `${grouped(dying)} beside ${grouped(live)} living`,
      stat.ref(last, "nr_dying_descendants"),
      stat.ref(last, "nr_descendants"),
    ),
    ...(grown === null || meminfo === null
      ? []
      : [fact("Percpu", `${size(percpu?.[1] ?? 0)}, ${moved(grown)}`, meminfo.ref(meminfo.length - 1, "Percpu"))]),
  ] as const;
  if (dying <= MANY || dying <= FACTOR * live)
    return unknown({
      incidentId: null,
      explanation: `${grouped(dying)} deleted cgroups were still held beside ${grouped(live)} living ones: more than usual, and no crowd yet.`,
      facts,
      wouldDecide: wanted("cgroup.stat of the root cgroup and Percpu of /proc/meminfo over an hour", "more-lives"),
    });
  return holds({
    incidentId: null,
    explains: "memory",
    share: 0.2,
    role: "contributes",
    explanation: `${grouped(dying)} deleted cgroups were still held by pages charged to them, beside ${grouped(live)} living ones${cost === null ? "" : `; each new one cost ${size(cost)} of Percpu`}.`,
    facts,
    remedies: [
      remedy(
        `Reclaim what pins the ${grouped(dying)} dying cgroups: write to memory.reclaim of kubepods`,
        `${cost === null ? "What each costs is not known, for their number and Percpu did not grow together in this capture" : `${grouped(dying)} × ${size(cost)} of Percpu each = ${size(dying * cost)}, beside the pages that hold them`}. echo 64M > memory.reclaim drops cache that is charged to them; repeat it while their number falls. Fewer short-lived pods make fewer of them, and kernels that re-parent LRU pages (7.2) hold none by cache. Cost: files are read again. Check: nr_dying_descendants of cgroup.stat falls.`,
        "dying-cgroups",
      ),
    ],
  });
};

export const dyingCgroups = defineRule({
  id: "dying-cgroups",
  group: "kernel-memory",
  title: "Deleted cgroups still pin memory",
  needs: ["root", "meminfo", "incidents"],
  evaluate,
});
