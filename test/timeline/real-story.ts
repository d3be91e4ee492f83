// The story of a real capture, built once per test file.
import { openCapture } from "../../src/collect/open-capture.ts";
import type { Timeline } from "../../src/model/timeline.ts";
import { parse } from "../../src/parse/index.ts";
import { buildTimeline } from "../../src/timeline/build-timeline.ts";
import { type CaptureName, capturePath } from "../parse/samples/film-builders.ts";

const stories = new Map<CaptureName, Promise<Timeline>>();

const build = async (name: CaptureName): Promise<Timeline> => {
  const facts = await parse(await openCapture(capturePath(name), () => {}), () => {});
  return buildTimeline(facts, () => {});
};

export const realStory = (name: CaptureName): Promise<Timeline> => {
  const known = stories.get(name) ?? build(name);
  stories.set(name, known);
  return known;
};
