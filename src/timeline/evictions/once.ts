// The kubelet's lines of all forms of its log, each once: a capture may hold the same journal five times.
import type { SourceRef } from "../../model/evidence.ts";
import type { LogFacts } from "../../model/facts.ts";
import type { Stamp } from "../../model/instant.ts";
import type { KubeletEvent } from "../../model/kubelet.ts";
import type { Place } from "./assembled-eviction.ts";

/** What a line says, without where it stands and who stamped it. */
const said = (event: KubeletEvent): string => {
  const { stamps: _stamps, bootId: _boot, host: _host, pid: _pid, from: _from, ...rest } = event;
  return JSON.stringify(rest);
};

/** klog's header and JSON's ts are the same in every form; other stamps are the form's. */
const ownReading = (event: KubeletEvent): string | null => {
  const own = event.stamps[0];
  if (own?.clock === "klog") return `klog ${own.ms.toFixed(3)}`;
  return own?.clock === "realtime" && own.resolutionMs < 1 && /"(?:ts|msg)\\?"/.test(event.from[0].text)
    ? `ts ${own.ms.toFixed(3)}`
    : null;
};

/** Evidence that shows the message itself is better than a record whose text is cut before it; a decorated line better than a bare one. */
const shown = (event: KubeletEvent): number =>
  (/\.go\\?:\d/.test(event.from[0].text) ? 2 : 0) +
  (event.from[0].text.startsWith("{") ? 0 : 1) +
  Math.min(event.stamps.length, 3) * 0.1;

const unionOf = (a: readonly Stamp[], b: readonly Stamp[]): Stamp[] => {
  const out = [...a];
  for (const stamp of b) if (!out.some((s) => s.clock === stamp.clock)) out.push(stamp);
  return out;
};

const joined = (a: KubeletEvent, b: KubeletEvent): KubeletEvent => {
  const [best, other] = shown(b) > shown(a) ? [b, a] : [a, b];
  return {
    ...best,
    stamps: unionOf(best.stamps, other.stamps),
    bootId: best.bootId ?? other.bootId,
    host: best.host ?? other.host,
    from: best.from,
  };
};

export interface OnceEvent {
  readonly event: KubeletEvent;
  /** Sorts the lines of one speaker: wall clock, or the reading where nothing puts it there. */
  readonly order: number;
}

/** `keep`: the kinds of lines that are wanted. In time order, where the lines carry a time; else as they stand. */
export const kubeletLinesOnce = (
  logs: readonly LogFacts[],
  keep: (event: KubeletEvent) => boolean,
  place: Place,
): OnceEvent[] => {
  const byKey = new Map<string, { event: KubeletEvent; readonly index: number }>();
  let index = 0;
  for (const log of logs) {
    const times = new Map<string, number>();
    for (const event of log.kubelet) {
      if (!keep(event)) continue;
      const text = said(event);
      // Without a clock of its own the n-th such line of one file is the n-th of another.
      const nth = (times.get(text) ?? 0) + 1;
      times.set(text, nth);
      const own = ownReading(event);
      const key = own === null ? `${text} #${nth}` : `${text} ${own}`;
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { event, index: index++ });
      else known.event = joined(known.event, event);
    }
  }
  let last = Number.NEGATIVE_INFINITY;
  return [...byKey.values()]
    .map(({ event, index: standing }) => {
      const best: number = place(event.stamps, event.bootId).best;
      const reading = Number.isFinite(best) ? best : event.stamps[0]?.ms;
      last = reading ?? last;
      return { event, order: last, standing };
    })
    .toSorted((a, b) => (a.order === b.order ? a.standing - b.standing : a.order - b.order))
    .map(({ event, order }) => ({ event, order }));
};

export const refsOf = (events: readonly KubeletEvent[]): SourceRef[] => events.map((event) => event.from[0]);
