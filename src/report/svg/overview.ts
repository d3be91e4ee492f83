// The whole capture on one strip: where its incidents lie, and how little of it they are.
import type { Analysis } from "../../model/analysis.ts";
import { type Html, NOTHING } from "../html/markup.ts";
import { clockTime } from "../format/time.ts";
import { incidentNumber, type Story } from "../story/story.ts";
import type { ChartWindow } from "../story/windows.ts";
import { BLUE, el, fill, group, label, MUTE, RED, stroke, words } from "./element.ts";
import { type Frame, frameOf, hatching, picture, timeGrid } from "./frame.ts";
import { linePath, segments, simplified } from "./path.ts";
import { linear } from "./scale.ts";

const TOP = 24;
const BOTTOM = 74;

/** Worth drawing only where the windows below show less than half of the capture. */
export function overviewWindow(a: Analysis, windows: readonly ChartWindow[]): ChartWindow | null {
  const from = a.coverage.from?.unixMs ?? null;
  const to = a.coverage.to?.unixMs ?? null;
  const placed = windows.filter((w) => w.clock === "utc");
  if (from === null || to === null || placed.length === 0) return null;
  const low = Math.min(from, ...placed.map((w) => w.from));
  const high = Math.max(to, ...placed.map((w) => w.to));
  const shown = placed.reduce((n, w) => n + w.to - w.from, 0);
  if (placed.length < 2 && shown > (high - low) / 2) return null;
  const marks = placed.flatMap((w) => w.marks);
  return {
    id: "overview",
    title: "The whole capture",
    incidents: a.incidents,
    marks,
    unplaced: [],
    from: low,
    to: high,
    clock: "utc",
  };
}

export function drawOverview(story: Story, window: ChartWindow, windows: readonly ChartWindow[]): Html {
  const frame = frameOf(story.a, window);
  const from = clockTime(window.from, 0);
  const to = clockTime(window.to, 0);
  const description = `${story.a.incidents.length} incidents between ${from} and ${to} UTC.`;
  return picture({ id: "overview", title: "The whole capture", description, height: BOTTOM + 24, interactive: true }, [
    hatching(frame, "overview-h", TOP, BOTTOM),
    timeGrid(frame, TOP, BOTTOM),
    ...windows.filter((w) => w.clock === "utc").map((w) => windowBox(w, frame)),
    levelLine(story, frame),
    ...story.a.incidents.map((incident) => {
      const at = incident.from.unixMs;
      if (at === null) return NOTHING;
      const x = Math.min(frame.x.end, Math.max(frame.x.start, frame.x(at)));
      return el(
        "path",
        { d: `M${x.toFixed(1)} ${BOTTOM - 5}v5`, ...stroke(MUTE, 2) },
        el("title", {}, words(`Incident ${incidentNumber(story.a, incident)}`)),
      );
    }),
    group(frame.kills.map((x) => el("path", { d: `M${x.toFixed(1)} ${TOP}V${BOTTOM}`, ...stroke(RED, 1.4) }))),
  ]);
}

function windowBox(window: ChartWindow, frame: Frame): Html {
  const from = frame.x(window.from);
  const width = Math.max(3, frame.x(window.to) - from);
  const atRight = from + 90 > frame.x.end;
  return el(
    "a",
    { href: `#${window.id}` },
    el("rect", {
      x: from,
      y: TOP - 4,
      width,
      height: BOTTOM - TOP + 8,
      rx: 3,
      ...fill({ light: "#e3e8ef", cls: "box" }),
    }),
    label(atRight ? from + width : from, TOP - 9, window.title, {
      size: 11.5,
      weight: 600,
      anchor: atRight ? "end" : "start",
    }),
  );
}

function levelLine(story: Story, frame: Frame): Html {
  const series = story.series.get("node.memory.available.kubelet") ?? story.series.get("node.memory.available.kernel");
  if (series === undefined) return NOTHING;
  const runs = segments(series, frame.window.from, frame.window.to);
  const highest = runs.flat().reduce((m, [, v]) => Math.max(m, v), 0);
  const y = linear(0, highest || 1, BOTTOM, TOP + 4);
  const d = runs
    .map((run) =>
      linePath(
        simplified(
          run.map(([t, v]) => ({ x: frame.x(t), y: y(v) })),
          0.4,
        ),
      ),
    )
    .join("");
  return el("path", { d, ...stroke(BLUE, 1.4) });
}
