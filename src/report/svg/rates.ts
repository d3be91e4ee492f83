// What the kernel did about it: pages scanned for reclaim, and file pages that had to be read back.
import { grouped, threeDigits } from "../format/number.ts";
import type { Html } from "../html/markup.ts";
import type { Story } from "../story/story.ts";
import { BLUE, GREY, type Ink, RED } from "./element.ts";
import { type Frame, hatching, killLines, picture, timeGrid } from "./frame.ts";
import { drawLevels, type LevelLine } from "./levels.ts";

const TOP = 18;
const HEIGHT = 110;

const LINES: readonly (readonly [string, string, Ink])[] = [
  ["node.reclaim.kswapd", "scanned by kswapd", GREY],
  ["node.reclaim.direct", "scanned by tasks themselves", RED],
  ["node.refault.file", "file pages read back", BLUE],
];

export function reclaimLines(story: Story): LevelLine[] {
  return LINES.flatMap(([id, name, ink]): LevelLine[] => {
    const series = story.series.get(id);
    return series === undefined || !series.values.some((v) => v !== null && v > 0)
      ? []
      : [{ series, name, ink, width: 1.7 }];
  });
}

export function drawRates(frame: Frame, lines: readonly LevelLine[], id: string, description: string): Html {
  const bottom = TOP + HEIGHT;
  return picture({ id, title: "Reclaim", description, height: bottom + 24, frame }, [
    hatching(frame, `${id}-h`, TOP, bottom),
    timeGrid(frame, TOP, bottom),
    drawLevels(frame, { lines, marks: [], top: TOP, bottom, text: perSecond, binary: false }),
    killLines(frame, TOP, bottom),
  ]);
}

const perSecond = (n: number): string => `${n >= 10_000 ? `${threeDigits(n / 1000)} k` : grouped(n)}/s`;
