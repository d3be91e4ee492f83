// The bundle's verdict: that of its gravest incident, with the reason for its confidence first among the caveats.
import type { Incident, Verdict } from "../../model/analysis.ts";
import type { Facts } from "../../model/facts.ts";
import type { BuiltIncident } from "../incidents/build-incidents.ts";
import { gravest } from "../incidents/gravest.ts";
import { verdictSentence } from "../incidents/sentence.ts";

/** "none" is a claim about what was captured: it needs something that would have shown a kill or an eviction, and samples for pressure. */
const withoutIncident = (facts: Facts, caveats: readonly string[]): Verdict => {
  const sampled = facts.samples.ticks.filter(({ tier }) => tier !== "once").length > 1;
  const watched = sampled || facts.logs.some((log) => log.coverage.some((c) => c.ident === "kernel"));
  const nothing = sampled
    ? verdictSentence(null, [])
    : "No kill and no eviction is in this input; without samples nothing in it would show pressure.";
  return {
    outcome: watched ? "none" : "undetermined",
    confidence: !watched ? "low" : sampled ? "high" : "medium",
    incidentId: null,
    sentence: watched
      ? nothing
      : "Cannot tell: nothing in this input would show a kill by the kernel, an eviction or pressure.",
    marginMs: null,
    marginUncertaintyMs: null,
    caveats: [...caveats],
  };
};

export const verdictOf = (incidents: readonly BuiltIncident[], facts: Facts, caveats: readonly string[]): Verdict => {
  const killedBy = (doc: Incident): number =>
    incidents.find((i) => i.doc.id === doc.id)?.kills.reduce((sum, kill) => sum + kill.doc.count, 0) ?? 0;
  const worst = gravest(
    incidents.map((incident) => incident.doc),
    killedBy,
  );
  const built = incidents.find((incident) => incident.doc.id === worst?.id);
  if (worst === null || built === undefined) return withoutIncident(facts, caveats);
  return {
    outcome: worst.outcome,
    confidence: worst.confidence,
    incidentId: worst.id,
    sentence: verdictSentence(built, incidents),
    marginMs: worst.marginMs,
    marginUncertaintyMs: worst.marginUncertaintyMs,
    caveats: [built.reason, ...caveats],
  };
};
