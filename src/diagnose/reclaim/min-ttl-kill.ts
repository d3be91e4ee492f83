// MGLRU's working-set guard called the OOM killer: lru_gen/min_ttl_ms > 0 and kswapd as invoker, which otherwise never is
// (mm/vmscan.c lru_gen_age_node()).
import { type Answer, fact, holds, refuted, remedy, unknown, wanted } from "../answer.ts";
import type { Case } from "../inputs/incident.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { killRef } from "../inputs/refs.ts";
import { defineRule } from "../rule.ts";
import { span } from "../text/format.ts";
import type { StoryKill } from "../../model/timeline.ts";

type Needs = Pick<Inputs, "incidents" | "minTtl">;

const evaluate = (inputs: Needs, incident: Case, kill: StoryKill): Answer | null => {
  if (kill.doc.scope !== "node" || !/^kswapd\d{1,4}$/.test(kill.doc.trigger.comm ?? "")) return null;
  const incidentId = incident.id;
  const invoked = fact("Invoked by", kill.doc.trigger.comm ?? "kswapd", kill.report?.invoked?.from ?? killRef(kill));
  const ttl = inputs.minTtl === null ? null : inputs.minTtl.value(inputs.minTtl.length - 1, "");
  if (ttl === null || inputs.minTtl === null)
    return unknown({
      incidentId,
      explanation:
        "kswapd called the OOM killer, which only MGLRU's working-set guard makes it do; its setting is not in the input.",
      facts: [invoked],
      wouldDecide: wanted("/sys/kernel/mm/lru_gen/min_ttl_ms", "mglru-guard"),
    });
  const setting = fact("min_ttl_ms", String(ttl), inputs.minTtl.ref(inputs.minTtl.length - 1, ""));
  if (ttl === 0)
    return refuted({
      incidentId,
      explanation: "The working-set guard was off (min_ttl_ms 0).",
      facts: [invoked, setting],
    });
  return holds({
    incidentId,
    explains: "outcome",
    share: 0.9,
    role: "cause",
    explanation: `MGLRU's working-set guard called the OOM killer: a working set of ${span(ttl)} no longer fitted, whatever was free.`,
    facts: [invoked, setting],
    remedies: [
      remedy(
        "Set /sys/kernel/mm/lru_gen/min_ttl_ms to 0",
        `It is ${ttl}: kswapd kills when the working set of the last ${span(ttl)} cannot be kept. Cost: thrashing is borne instead. Check: no kill is invoked by kswapd.`,
        "min-ttl-kill",
      ),
    ],
  });
};

export const minTtlKill = defineRule({
  id: "min-ttl-kill",
  group: "reclaim",
  title: "MGLRU's working-set guard called the OOM killer",
  needs: ["incidents", "minTtl"],
  evaluate: (inputs) =>
    inputs.incidents.flatMap((incident) => incident.kills.map((kill) => evaluate(inputs, incident, kill))),
});
