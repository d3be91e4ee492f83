// Fragmentation raised the marks: `boost` of /proc/zoneinfo, up to 150 % of high (mm/page_alloc.c boost_watermark()).
import { type Answer, fact, holds, refuted, unknown, wanted } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingsIn } from "../inputs/track.ts";
import { sumOver, zonesAt } from "../inputs/zones.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";
import { killFact } from "../text/facts.ts";

type Needs = Pick<Inputs, "incidents" | "zoneinfo" | "vmstat" | "pageSize">;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { zoneinfo } = inputs;
  if (incident.window === null) return null;
  const [kill] = incident.kills;
  if (zoneinfo === null)
    return kill === undefined || inputs.vmstat === null
      ? null
      : unknown({
          incidentId: incident.id,
          explanation: "Whether fragmentation had raised the marks is not in the samples.",
          facts: [killFact(kill)],
          wouldDecide: wanted("/proc/zoneinfo through the event", "zones"),
        });
  const boosted = readingsIn(zoneinfo, incident.window.fromMs, incident.window.toMs)
    .map((r) => ({ r, zones: zonesAt(zoneinfo, r) }))
    .map(({ r, zones }) => ({ r, zones, pages: sumOver(zones, (z) => z.boost) }))
    .toSorted((a, b) => b.pages - a.pages)[0];
  if (boosted === undefined) return null;
  if (boosted.pages === 0)
    return refuted({
      incidentId: incident.id,
      explanation: "The marks stood as they are set: no zone was boosted.",
      facts: [fact("Boost of the marks", "0 in all zones", boosted.zones.at(-1)?.ref)],
    });
  const zone = boosted.zones.toSorted((a, b) => b.boost - a.boost)[0];
  return holds({
    incidentId: incident.id,
    explains: "time",
    share: 0.05,
    role: "note",
    explanation: `Fragmentation had raised the marks by up to ${size(boosted.pages * inputs.pageSize)}: kswapd reclaimed more than the plain marks ask for.`,
    facts: [
      fact(
        "Boost of the marks",
        `${size(boosted.pages * inputs.pageSize)}, most of it in ${zone?.name ?? "one zone"}`,
        zone === undefined ? null : zoneinfo.ref(boosted.r, `${zone.name}.boost`),
      ),
    ],
    remedies: [],
  });
};

export const watermarkBoosted = defineRule({
  id: "watermark-boosted",
  group: "reclaim",
  title: "Fragmentation had raised the watermarks",
  needs: ["incidents", "zoneinfo", "vmstat", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
