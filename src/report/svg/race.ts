// The picture of the race: lanes, and beneath them memory.available falling through its thresholds on the same axis.
import type { Series } from "../../model/analysis.ts";
import { iec } from "../format/bytes.ts";
import { type Html, NOTHING } from "../html/markup.ts";
import type { EvidenceIndex } from "../story/evidence.ts";
import { podShort, thresholdText } from "../story/names.ts";
import { incidentNumber, podUnderPressure, type Story } from "../story/story.ts";
import { on } from "../story/windows.ts";
import { shortened, visibleLine } from "../format/visible.ts";
import { AMBER, BLUE, el, fill, GREY, group, type Ink, label, RED } from "./element.ts";
import { type Frame, hatching, killLines, picture, timeGrid } from "./frame.ts";
import { drawLanes } from "./lanes.ts";
import { drawLevels, type LevelLine, type LevelMark } from "./levels.ts";
import { stepPath } from "./path.ts";

const TEAL: Ink = { light: "#0e7490", cls: "teal" };
const LEVELS_HEIGHT = 150;

export interface RacePicture {
  readonly markup: Html;
  /** What is drawn beneath the lanes, for the caption; null where the capture has no such samples. */
  readonly level: "memory.available" | "pod" | null;
}

export function drawRace(
  story: Story,
  frame: Frame,
  evidence: EvidenceIndex,
  id: string,
  description: string,
): RacePicture {
  const header = 30;
  const lanes = drawLanes(story, frame, evidence, header, (y) => pressureShade(story, frame, y));
  const content = levelContent(story, frame);
  const top = lanes.bottom + 22;
  const bottom = content === null ? lanes.bottom : top + LEVELS_HEIGHT;
  const markup = picture({ id, title: "Who acted first", description, height: bottom + 26, interactive: true, frame }, [
    hatching(frame, `${id}-h`, content === null ? header : top - 8, bottom),
    timeGrid(frame, header - 4, bottom),
    incidentBoxes(story, frame),
    killLines(frame, lanes.kernelY + 9, bottom),
    lanes.markup,
    content === null ? NOTHING : drawLevels(frame, { lines: content.lines, marks: content.marks, top, bottom }),
  ]);
  return { markup, level: content?.level ?? null };
}

function incidentBoxes(story: Story, frame: Frame): Html {
  return group(
    frame.window.incidents.map((incident) => {
      const from = frame.x(Math.max(frame.window.from, on(frame.window.clock, incident.from) ?? frame.window.from));
      const to = frame.x(Math.min(frame.window.to, on(frame.window.clock, incident.to) ?? frame.window.to));
      const width = Math.max(2, to - from);
      const name = `Incident ${incidentNumber(story.a, incident)}`;
      const inside = width > 74;
      const atRight = !inside && to + 80 > frame.x.end;
      return group([
        el("rect", { x: from, y: 6, width, height: 18, rx: 3, ...fill({ light: "#eef1f5", cls: "box" }) }),
        label(inside ? from + 7 : atRight ? from - 6 : to + 6, 19, name, {
          size: 11.5,
          weight: 600,
          anchor: atRight ? "end" : "start",
        }),
      ]);
    }),
  );
}

/** PSI "full" stands as a pale silhouette on the pressure lane. */
function pressureShade(story: Story, frame: Frame, ground: number): Html {
  const uid = frame.window.incidents.every((i) => i.scope === "pod" || i.scope === "container")
    ? podUnderPressure(story)
    : null;
  const own = uid === null ? undefined : story.series.get(`pod/${uid}.psi.some`);
  const psi = own ?? story.series.get("node.psi.memory.full") ?? story.series.get("node.psi.memory.some");
  if (psi === undefined || frame.window.clock === "boot") return NOTHING;
  const d = stepPath(psi, frame.x, (v) => ground - Math.min(1, v) * 20, frame.window.from, frame.window.to);
  return d === "" ? NOTHING : el("path", { d, "fill-opacity": 0.3, ...fill(AMBER) });
}

interface LevelContent {
  readonly level: "memory.available" | "pod";
  readonly lines: readonly LevelLine[];
  readonly marks: readonly LevelMark[];
}

function levelContent(story: Story, frame: Frame): LevelContent | null {
  if (frame.window.clock === "boot") return null;
  const atLimit = frame.window.incidents.every((i) => i.scope === "pod" || i.scope === "container");
  const pod = atLimit ? podContent(story, frame) : null;
  return pod ?? availableContent(story, frame);
}

function availableContent(story: Story, frame: Frame): LevelContent | null {
  const get = (name: string): Series | undefined => story.series.get(`node.memory.available.${name}`);
  const allocatable = frame.window.incidents.some((i) => i.scope === "allocatable");
  const shown: readonly (readonly [Series | undefined, string, Ink, number])[] = [
    [get("kernel"), "MemAvailable (kernel)", GREY, 1.3],
    [get("allocatable"), "allocatableMemory.available", TEAL, allocatable ? 2.4 : 1.5],
    [get("kubelet"), "memory.available (kubelet)", BLUE, allocatable ? 1.6 : 2.4],
  ];
  const lines = shown.flatMap(([series, name, ink, width]): LevelLine[] =>
    series === undefined || !series.values.some((v) => v !== null) ? [] : [{ series, name, ink, width }],
  );
  if (lines.length === 0) return null;
  const eviction = story.a.node.eviction;
  const marks = (["hard", "soft"] as const).flatMap((kind) =>
    (eviction?.[kind] ?? [])
      .filter((t) => t.signal === "memory.available" && t.bytes !== null)
      .map((t): LevelMark => ({ value: t.bytes ?? 0, text: `${kind} ${thresholdText(t)}`, ink: BLUE })),
  );
  return { level: "memory.available", lines, marks };
}

/** At a pod's or container's own limit, eviction is not in play: its working set under its limit is the race. */
function podContent(story: Story, frame: Frame): LevelContent | null {
  const kill = frame.window.incidents.flatMap((i) => story.killsOf(i)).find((k) => k.pod?.uid != null);
  const uid = kill?.pod?.uid ?? podUnderPressure(story);
  if (uid === null) return null;
  const series = story.series.get(`pod/${uid}.workingSet`);
  if (series === undefined) return null;
  const pod = story.pods.get(uid);
  const name = podShort(pod?.pod ?? kill?.pod ?? null) ?? "the pod";
  const lines: LevelLine[] = [
    { series, name: `working set of ${shortened(visibleLine(name), 40)}`, ink: RED, width: 2.2 },
  ];
  const moving = story.series.get(`pod/${uid}.limit`);
  const limits = new Set(moving?.values.filter((v) => v !== null) ?? []);
  const limit = limits.size === 1 ? [...limits][0] : (pod?.limitBytes ?? undefined);
  if (limits.size > 1 && moving !== undefined)
    lines.push({ series: moving, name: "limit", ink: AMBER, width: 1.5, dash: "6 4" });
  const hit = kill?.limitBytes ?? null;
  const marks: LevelMark[] = hit === null ? [] : [{ value: hit, text: `limit ${iec(hit)}`, ink: AMBER }];
  // A pod's limit is the sum of its containers': a container dies below it.
  if (limits.size <= 1 && limit !== undefined && limit !== hit)
    marks.push({ value: limit, text: `${hit === null ? "limit" : "pod's"} ${iec(limit)}`, ink: AMBER });
  return { level: "pod", lines, marks };
}
