// Who acted first: the picture, then the same events as an ordered table.
import type { Incident } from "../../model/analysis.ts";
import { iec } from "../format/bytes.ts";
import { plural } from "../format/number.ts";
import { dayOf, duration, instantTime, plusMinus } from "../format/time.ts";
import { bytesOrDash, prose, sourceLinks, timeOf } from "../html/inline.ts";
import { html, type View } from "../html/markup.ts";
import type { EvidenceIndex } from "../story/evidence.ts";
import { type Mark, marksOf } from "../story/marks.ts";
import { actorOf, incidentScope, OUTCOME_WORDS, outcomeWords } from "../story/names.ts";
import { incidentNumber, lacks, type Story, sourceWord } from "../story/story.ts";
import { type ChartWindow, undrawn } from "../story/windows.ts";
import { frameOf } from "../svg/frame.ts";
import { drawOverview, overviewWindow } from "../svg/overview.ts";
import { drawRace } from "../svg/race.ts";

const MAX_ROWS = 60;
const MAX_TIMELINE = 120;

export function raceView(story: Story, windows: readonly ChartWindow[], index: EvidenceIndex): View {
  const { a } = story;
  const strip = overviewWindow(a, windows);
  return {
    intro:
      "Every mark stands where the clocks put it; the shaded band is what they leave open. Hatched: no sample. The same events stand beneath, in order, with their lines.",
    overview: strip === null ? "" : drawOverview(story, strip, windows),
    windows: windows.map((w) => windowView(story, w, windows.length, index)),
    others: undrawn(story, windows)
      .slice(0, 40)
      .map((i) => otherIncident(story, i)),
    missing: a.incidents.length > 0 ? "" : `${NO_INCIDENT} ${whatWouldDecide(story)}`,
    timeless: timelessView(story, windows, index),
    whatIf: whatIfView(story),
    timeHead: "Time",
    timeline: timelineView(story, index),
  };
}

const NO_INCIDENT = "No incident: nothing in the capture is a kill, an eviction or memory pressure.";

/** Events that no clock places (kubectl prints ages): told, not drawn, and in no order. */
function timelessView(story: Story, windows: readonly ChartWindow[], index: EvidenceIndex): View {
  const incident = story.main ?? story.a.incidents[0];
  if (incident === undefined || windows.length > 0) return "";
  return marksOf(story, incident)
    .slice(0, MAX_ROWS)
    .map((m) => markRow(m, false, index));
}

const NEEDED = ["kernelLog", "kubeletLog", "meminfo", "cgroup", "psi"] as const;

function whatWouldDecide(story: Story): string {
  const absent = NEEDED.filter((s) => lacks(story.a, s)).map(sourceWord);
  return absent.length === 0
    ? "Every source that would show one is in the capture."
    : `Not in the capture, and able to show one: ${absent.join(", ")}.`;
}

function windowView(story: Story, window: ChartWindow, count: number, index: EvidenceIndex): View {
  const frame = frameOf(story.a, window);
  const description = window.incidents.map((i) => i.sentence).join(" ");
  const race = drawRace(story, frame, index, `race-${window.id}`, description);
  const all = rowsOf(window, index);
  const rows = all.slice(0, MAX_ROWS);
  return {
    id: window.id,
    timeHead: window.clock === "utc" ? "Time (UTC)" : "Time since boot",
    title: count > 1 ? window.title : "",
    sentences: window.incidents.map(
      (i) => html`<b>Incident ${incidentNumber(story.a, i)}</b>, ${i.scope}: ${prose(i.sentence)}`,
    ),
    single: story.a.incidents.length < 2,
    svg: race.markup,
    label: `Chart: who acted first, ${window.title}`,
    noLevel:
      race.level === null && window.clock === "utc"
        ? "No memory samples: the fall of memory.available is not drawn. meminfo and the root cgroup's memory.stat, sampled through the incident, would show it."
        : "",
    onBoot:
      window.clock === "boot"
        ? "Nothing in the capture sets this clock on the wall clock: times are seconds since boot."
        : "",
    rows: [...rows, ...window.unplaced.slice(0, 20).map((m) => markRow(m, overMidnight(window), index))],
    more:
      all.length > rows.length
        ? `${plural(all.length - rows.length, "further event")} of this stretch: see all events below.`
        : "",
  };
}

/** Of a long run of kills the first and the last stand for all; the table of kills has each. */
const RUN = 12;
const RUN_HEAD = 6;

function rowsOf(window: ChartWindow, index: EvidenceIndex): View[] {
  const rows: View[] = [];
  const { marks } = window;
  const days = overMidnight(window);
  for (let i = 0; i < marks.length; ) {
    let end = i;
    while (marks[end]?.kind === "kill") end++;
    const run = end - i;
    const head = run > RUN ? RUN_HEAD : Math.max(1, run);
    rows.push(...marks.slice(i, i + head).map((m) => markRow(m, days, index)));
    const last = marks[end - 1];
    if (run > RUN && last !== undefined) {
      const between = plural(run - RUN_HEAD - 1, "further kill");
      rows.push({ time: "…", actor: "kernel", lane: "kernel", text: `${between} in between.`, evidence: "" });
      rows.push(markRow(last, days, index));
    }
    i = Math.max(end, i + head);
  }
  return rows;
}

/** A stretch that reaches over midnight gives the day with each time. */
const overMidnight = (window: ChartWindow): boolean => dayOf(window.from) !== dayOf(window.to);

function markRow(mark: Mark, withDay: boolean, index: EvidenceIndex): View {
  return {
    time: timeOf(mark.at, withDay),
    actor: mark.lane === "pods" ? "pods" : mark.lane,
    lane: mark.lane,
    text: mark.text,
    evidence: sourceLinks(mark.evidence, index, 3),
  };
}

function otherIncident(story: Story, incident: Incident): View {
  return html`<b>Incident ${incidentNumber(story.a, incident)}</b> at ${timeOf(incident.from, true)}, ${incidentScope(incident, story.killsOf(incident)) ?? "scope not known"}, ${outcomeWords(incident)}: ${prose(incident.sentence)}`;
}

/** The sweep: what the same kubelet would have done under other thresholds. */
function whatIfView(story: Story): View {
  const incident = story.main ?? story.a.incidents.find((i) => i.whatIf.length > 0) ?? null;
  if (incident === null || incident.whatIf.length === 0) return "";
  const required = incident.race?.requiredThresholdBytes ?? null;
  const sweep = incident.whatIf;
  const step = Math.max(1, Math.ceil(sweep.length / 12));
  const kept = sweep.filter(
    (w, i) =>
      i % step === 0 || i === sweep.length - 1 || w.thresholdBytes === required || w.outcome !== sweep[i - 1]?.outcome,
  );
  return {
    number: incidentNumber(story.a, incident),
    many: story.a.incidents.length > 1,
    required:
      required === null
        ? "No threshold up to half of the memory would have made the eviction first in every phase of the kubelet's loop."
        : `The least threshold at which the eviction would have been first is ${iec(required)}${incident.race?.kubeletPassAtLeast === true ? " or more: the kill cut off the kubelet's pass with which it was played" : ""}.`,
    rows: kept.map((w) => ({
      threshold: bytesOrDash(w.thresholdBytes),
      outcome: OUTCOME_WORDS[w.outcome],
      actor: actorOf(w.outcome),
      margin:
        w.marginMs === null
          ? "–"
          : `${w.marginMs >= 0 ? "kernel" : "kubelet"} by ${duration(Math.abs(w.marginMs))} ${w.marginUncertaintyMs === null ? "" : plusMinus(w.marginUncertaintyMs)}`,
    })),
  };
}

/** Everything on one clock, folded. */
function timelineView(story: Story, index: EvidenceIndex): View {
  const all = story.a.timeline;
  if (all.length === 0) return "";
  const kept = all.length <= MAX_TIMELINE ? all : nearVerdict(story);
  return {
    summary:
      all.length === 1
        ? "The one event of every source"
        : `All ${plural(all.length, "event")} of every source, on one clock`,
    more:
      kept.length < all.length
        ? `${plural(all.length - kept.length, "event")} further from the incidents are left out here; the JSON document has them.`
        : "",
    rows: kept.map((e) => ({
      time: instantTime(e.at),
      lane: e.lane,
      text: e.summary,
      evidence: e.evidence === null ? "" : sourceLinks([e.evidence], index),
    })),
  };
}

/** Of a long timeline the events that stand nearest to the verdict's incident. */
function nearVerdict(story: Story): Story["a"]["timeline"] {
  const focus = story.main?.milestones[0]?.at.unixMs ?? story.main?.from.unixMs ?? null;
  const all = story.a.timeline;
  if (focus === null) return all.slice(0, MAX_TIMELINE);
  const limit = all.map((e) => Math.abs((e.at.unixMs ?? Number.MAX_SAFE_INTEGER) - focus)).toSorted((a, b) => a - b)[
    MAX_TIMELINE - 1
  ];
  return all
    .filter((e) => Math.abs((e.at.unixMs ?? Number.MAX_SAFE_INTEGER) - focus) <= (limit ?? 0))
    .slice(0, MAX_TIMELINE);
}
