// The whole pipeline on one screen: what was captured → what each file says → one story on one clock → causes → one document.
import { diagnose } from "./diagnose/index.ts";
import type { Analysis } from "./model/analysis.ts";
import type { Capture } from "./model/capture.ts";
import type { Problem, Report } from "./model/evidence.ts";
import { TOOL } from "./model/tool.ts";
import { parse } from "./parse/index.ts";
import { foldProblems } from "./timeline/document/fold-problems.ts";
import { buildTimeline } from "./timeline/build-timeline.ts";

/** Reads a capture to its end and gives the analysis document; the same bytes give the same document. Problems go to `report` as they are found, and stand in `diagnostics`. */
export const analyze = async (capture: Capture, report: Report): Promise<Analysis> => {
  const problems: Problem[] = [];
  const note: Report = (problem) => {
    problems.push(problem);
    report(problem);
  };
  const facts = await parse(capture, note);
  const timeline = buildTimeline(facts, note);
  const { findings, nextCapture, problems: broken } = diagnose(timeline);
  broken.forEach(note);
  const { summary } = facts.capture;
  return {
    schemaVersion: "1.0",
    tool: TOOL,
    source: { path: facts.capture.name, layout: facts.capture.layout, ...summary },
    node: timeline.node,
    coverage: timeline.coverage,
    verdict: timeline.verdict,
    incidents: timeline.incidents.map((incident) => incident.doc),
    oomKills: timeline.kills.map((kill) => kill.doc),
    evictions: timeline.evictions.map((eviction) => eviction.doc),
    userspaceKills: timeline.userspaceKills.map((kill) => kill.doc),
    pods: [...timeline.pods],
    ledgers: [...timeline.ledgers],
    series: [...timeline.series],
    findings,
    nextCapture,
    timeline: [...timeline.events],
    diagnostics: foldProblems([...capture.problems(), ...problems]),
  };
};
