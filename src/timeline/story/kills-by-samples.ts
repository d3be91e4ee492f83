// What the samples add to a kill that no whole report tells of: the cgroup of its process, and between which two readings of the
// counter of all kills it lies.
import type { OomKill } from "../../model/analysis.ts";
import { type When, isPlaced } from "../../model/instant.ts";
import type { SampledFile } from "../../model/samples.ts";
import type { StoryKill } from "../../model/timeline.ts";
import { placeOfCgroup } from "../cgroups/cgroup-level.ts";
import { wallWhen } from "../clocks/when.ts";
import { toInstant } from "../document/instant.ts";
import type { PodIndex } from "../pods/pod-index.ts";
import {
  bootOf,
  type Counted,
  countedOf,
  type Film as CountedFilm,
  riseSpan,
  risesOf,
  type Where,
  whereOf,
} from "./counter-rises.ts";
import { sampledSpan } from "./sampled-span.ts";

interface Film extends CountedFilm {
  readonly index: PodIndex;
}

/** Instants known better than this gain nothing from two samples: those lie a second or more apart. */
const KNOWN_WELL_MS = 2000;
/** The counter rises before the line is printed (__oom_kill_process), and a task may be preempted between the two. Heuristic. */
const PRINTED_MS = 1000;

/** Stretches between two samples in which a counter of kills rose. */
const risesIn = ({ samples, tickAt }: Film, file: SampledFile): When[] =>
  risesOf(samples, file, "oom_kill")
    .filter((rise) => bootOf(samples, file, rise.before) === bootOf(samples, file, rise.after))
    .flatMap((rise) => riseSpan(file, rise, tickAt) ?? []);

const meets = (a: When, b: When): boolean => a.latest + PRINTED_MS >= b.earliest && a.earliest <= b.latest;

/** Each kill that the film covers lies in one of the rises; where it can lie in several, in their hull. */
const narrowed = (at: When, rises: readonly When[], film: { readonly from: number; readonly to: number }): When => {
  if (!isPlaced(at) || at.latest - at.earliest < KNOWN_WELL_MS) return at;
  if (at.earliest < film.from || at.latest > film.to) return at;
  const possible = rises.filter((rise) => meets(rise, at));
  if (possible.length === 0) return at;
  const earliest = Math.max(at.earliest, Math.min(...possible.map((rise) => rise.earliest)));
  const latest = Math.min(at.latest, Math.max(...possible.map((rise) => rise.latest)) + PRINTED_MS);
  if (earliest > latest || latest - earliest >= at.latest - at.earliest) return at;
  const { clock, bootSec, anchor } = at;
  // Readings of the wall clock are its own bounds; those of another clock order the lines that it stamped.
  const wall = clock === "wall";
  const reading = wall ? Math.max(at.reading, earliest) : at.reading;
  const readingUncertainty = wall ? latest - reading : at.readingUncertainty;
  const why = `${anchor === null ? "" : `${anchor}; `}the samples before and after the oom_kill counter rose`;
  return { ...wallWhen(earliest, latest, clock, reading, readingUncertainty, why), bootSec };
};

/** The victim's row in the last table of tasks that was read before the kill can have been over. */
const cgroupByTask = ({ samples, tickAt }: Film, { doc, at }: StoryKill): string | null => {
  const [victim] = doc.victims;
  if (victim === undefined) return null;
  for (const task of samples.tasks) {
    if (task.pid !== victim.pid || task.comm !== victim.comm || task.cgroup === null || task.length === 0) continue;
    if (!isPlaced(at) || tickAt(task.tickOf(0)).earliest <= at.latest) return task.cgroup;
  }
  return null;
};

const sameWhere = (a: Where, b: Where): boolean => a.scope === b.scope && a.limitedCgroup === b.limitedCgroup;

/** Of a pod that is named its own counter tells, else that of the machine. */
const risesFor = (
  film: Film,
  counted: readonly Counted[],
  machine: readonly When[],
  { doc, at }: StoryKill,
): When[] => {
  const uid = doc.pod?.uid ?? null;
  const own = uid === null ? undefined : counted.find(({ dir }) => isPodOf(film, dir.cgroup, uid));
  if (uid !== null && own === undefined) return [];
  const rises = own === undefined ? machine : risesIn(film, own.file);
  return rises.filter((rise) => meets(rise, at));
};

const isPodOf = ({ index }: Film, cgroup: string, uid: string): boolean =>
  placeOfCgroup(cgroup).level === "pod" && index.ofCgroup(cgroup)?.pod.uid === uid;

/** Whose cgroup and whose limit: where all rises that can be this kill agree, and no other kill can be in that of the whole machine. */
const byCounters = (
  film: Film,
  counted: readonly Counted[],
  machine: readonly When[],
  kill: StoryKill,
  all: readonly StoryKill[],
): Where | null => {
  if (!isPlaced(kill.at)) return null;
  const rises = risesFor(film, counted, machine, kill);
  const places = rises.map((rise) => whereOf(film, counted, rise));
  const [first] = places;
  if (first === undefined || !places.every((place) => sameWhere(place, first))) return null;
  if (kill.doc.pod !== null) return rises.length === 1 ? first : { ...first, victimCgroup: null };
  const shared = all.some(
    (other) => other !== kill && isPlaced(other.at) && rises.some((rise) => meets(rise, other.at)),
  );
  return rises.length > 1 || shared ? null : first;
};

const samePod = (a: OomKill["pod"], b: OomKill["pod"]): boolean =>
  a === null || b === null || a.uid === null || b.uid === null || a.uid === b.uid;

const withCgroup = ({ index }: Film, kill: StoryKill, task: string | null, where: Where | null): StoryKill => {
  const { doc } = kill;
  const victimCgroup = task ?? where?.victimCgroup ?? null;
  const owner = victimCgroup === null ? null : index.ofCgroup(victimCgroup);
  if (!samePod(doc.pod, owner?.pod ?? null)) return kill;
  const system = victimCgroup !== null && owner === null ? "system" : null;
  return {
    ...kill,
    doc: {
      ...doc,
      victimCgroup,
      limitedCgroup: doc.limitedCgroup ?? where?.limitedCgroup ?? null,
      scope: doc.scope ?? where?.scope ?? null,
      pod: owner?.pod ?? doc.pod,
      qosClass: owner?.qosClass ?? doc.qosClass ?? system,
    },
  };
};

/** `kills`: all that lines, events, statuses and the runtime tell of. */
export const placedBySamples = (kills: readonly StoryKill[], film: Film): StoryKill[] => {
  const { samples, tickAt } = film;
  const span = sampledSpan(samples, tickAt);
  if (span === null || kills.length === 0) return [...kills];
  const vmstat = samples.files.get("/proc/vmstat");
  const rises = vmstat === undefined ? [] : risesIn(film, vmstat);
  const counted = kills.some(({ doc }) => doc.victimCgroup === null) ? countedOf(samples) : [];
  const timed = kills.map((kill): StoryKill => {
    const at = narrowed(kill.at, rises, span);
    return at === kill.at ? kill : { ...kill, at, doc: { ...kill.doc, at: toInstant(at) } };
  });
  return timed.map((kill) => {
    if (kill.doc.victimCgroup !== null) return kill;
    return withCgroup(film, kill, cgroupByTask(film, kill), byCounters(film, counted, rises, kill, timed));
  });
};
