// The post-mortem as one self-contained page: read top to bottom it is the order of design and of a reader's questions.
import type { Analysis } from "../model/analysis.ts";
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from "./assets.gen.ts";
import { Html } from "./html/markup.ts";
import { page } from "./html/templates.ts";
import { renderMarkdown } from "./markdown.ts";
import { ownersView, reclaimView, stallView } from "./sections/charts.ts";
import { findingsView } from "./sections/findings.ts";
import { raceView } from "./sections/race.ts";
import { evidenceView, qualityView } from "./sections/sources.ts";
import { killsView, podsView } from "./sections/tables.ts";
import { actionsView, pageTitle, verdictView } from "./sections/verdict.ts";
import { indexEvidence } from "./story/evidence.ts";
import { storyOf } from "./story/story.ts";
import { windowsOf } from "./story/windows.ts";

/** Nothing is loaded, nothing runs but the script whose hash stands here; the page may not be steered elsewhere. */
const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;

export function renderHtml(a: Analysis): string {
  const story = storyOf(a);
  const windows = windowsOf(story);
  const index = indexEvidence(a);
  return page({
    csp: new Html(POLICY),
    version: a.tool.version,
    title: pageTitle(story),
    css: new Html(STYLE),
    script: new Html(SCRIPT),
    verdict: verdictView(story),
    actions: actionsView(a, index),
    race: raceView(story, windows, index),
    owners: ownersView(story, windows, index),
    stall: stallView(story, windows),
    reclaim: reclaimView(story, windows),
    pods: podsView(story, index),
    kills: killsView(story, index),
    findings: findingsView(a, index),
    evidence: evidenceView(index),
    quality: qualityView(a),
    summary: { markdown: renderMarkdown(a) },
  });
}
