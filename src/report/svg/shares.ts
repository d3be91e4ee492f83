// How hard tasks waited: the share of each interval, "some" light, "full" dark, from the kernel's own totals.
import type { Series } from "../../model/analysis.ts";
import type { Html } from "../html/markup.ts";
import { NOTHING } from "../html/markup.ts";
import { el, fill, group, type Ink } from "./element.ts";
import { type Frame, hatching, killLines, picture, ruler, timeGrid } from "./frame.ts";
import { stepPath } from "./path.ts";
import { linear } from "./scale.ts";

export const SOME: Ink = { light: "#c07a1c", cls: "some" };
export const FULL: Ink = { light: "#7a3608", cls: "full" };

const TOP = 10;
const HEIGHT = 96;

export interface SharePair {
  readonly some: Series | null;
  readonly full: Series | null;
}

export function drawShares(frame: Frame, pair: SharePair, id: string, title: string, description: string): Html {
  const bottom = TOP + HEIGHT;
  const y = linear(0, 1, bottom, TOP);
  const bars = (series: Series | null, ink: Ink): Html => {
    if (series === null) return NOTHING;
    const d = stepPath(series, frame.x, (v) => y(Math.min(1, v)), frame.window.from, frame.window.to);
    return d === "" ? NOTHING : el("path", { d, ...fill(ink) });
  };
  return picture({ id, title, description, height: bottom + 24, frame }, [
    hatching(frame, `${id}-h`, TOP, bottom),
    timeGrid(frame, TOP, bottom),
    ruler(y(1), "100 %"),
    ruler(y(0.5), "50 %"),
    ruler(y(0), "0 %"),
    group([bars(pair.some, SOME), bars(pair.full, FULL)]),
    killLines(frame, TOP, bottom),
  ]);
}
