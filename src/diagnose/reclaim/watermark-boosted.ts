// Fragmentation raised the marks: `boost` of /proc/zoneinfo, up to 150 % of high (mm/page_alloc.c boost_watermark()).
import { type Answer, fact, holds } from "../answer.ts";
import { type Case, contestedWithLoss } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { readingsIn } from "../inputs/track.ts";
import { sumOver, zonesAt } from "../inputs/zones.ts";
import { defineRule } from "../rule.ts";
import { size } from "../text/format.ts";

type Needs = Pick<Inputs, "incidents" | "zoneinfo" | "pageSize">;

const evaluate = (inputs: Needs, incident: Case): Answer | null => {
  const { zoneinfo } = inputs;
  if (zoneinfo === null || incident.window === null) return null;
  const boosted = readingsIn(zoneinfo, incident.window.fromMs, incident.window.toMs)
    .map((r) => ({ r, zones: zonesAt(zoneinfo, r) }))
    .map(({ r, zones }) => ({ r, zones, pages: sumOver(zones, (z) => z.boost) }))
    .toSorted((a, b) => b.pages - a.pages)[0];
  // Most nodes are never boosted: that is no news.
  if (boosted === undefined || boosted.pages === 0) return null;
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
  needs: ["incidents", "zoneinfo", "pageSize"],
  evaluate: (inputs) => contestedWithLoss(inputs.incidents).map((incident) => evaluate(inputs, incident)),
});
