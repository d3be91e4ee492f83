// The machine's memory as a report of the whole machine prints it (mm/show_mem.c show_free_areas(), mm/slab_common.c dump_unreclaimable_slab()).
// Lists of `key:value` are read by name: which keys there are, and in what order, changes with every kernel.
import type { MemInfoTail, Shape } from "./shape.ts";

/** `active_anon:77409 inactive_anon:632332 isolated_anon:0`: pages */
const TOTALS =
  /^\s{0,64}(?:active_anon|inactive_anon|active_file|inactive_file|unevictable|slab_reclaimable|mapped|sec_pagetables|kernel_misc_reclaimable|free|dirty):\d/;
const PAGES = /(?:^|\s)([a-z][a-z_]{0,47}):(\d{1,20})(?!\S)/g;
/** `Node 0 active_anon:309636kB inactive_anon:2529328kB … all_unreclaimable? no` */
const NODE = /^Node (\d{1,5}) (?:active_anon|inactive_anon|active_file|unevictable|hugepages_)/;
/** `Node 0 DMA32 free:44824kB boost:0kB min:44828kB …`; without NUMA there is no `Node 0` */
const ZONE = /^(?:Node (\d{1,5}) )?([A-Z][A-Za-z0-9]{1,15}) free:\d{1,20}kB/;
const KIB = /([A-Za-z][a-z_()]{0,47}): ?(\d{1,20})[kK]B(?![\w])/g;
/** `lowmem_reserve[]: 0 2954 2954 2954 2954`: pages */
const LOWMEM = /^lowmem_reserve\[\]:((?: \d{1,20}){1,16})/;
/** `Node 0 DMA: 1*4kB (U) 2*8kB (UM) … = 12036kB` */
const BUDDY = /^(?:Node (\d{1,5}) )?([A-Z][A-Za-z0-9]{1,15}): (?=\d{1,15}\*\d{1,12}kB)/;
const BUDDY_ITEM = /(\d{1,15})\*(\d{1,12})kB(?!\w)/g;
/** `Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB` */
const HUGEPAGES =
  /^(?:Node (\d{1,5}) )?hugepages_total=(\d{1,15}) hugepages_free=(\d{1,15}) hugepages_surp=(\d{1,15}) hugepages_size=(\d{1,15})kB/;
/** `786293 pages RAM`, `23883 pages reserved`, `19370 total pagecache pages`, `0 pages HighMem/MovableOnly` */
const TAIL =
  /^(\d{1,18}) (pages RAM|pages reserved|total pagecache pages|pages in swap cache|pages HighMem\/MovableOnly|pages cma reserved|pages hwpoisoned)\s*$/;
const TAIL_NAMES: Readonly<Record<string, MemInfoTail>> = {
  "pages RAM": "ram",
  "pages reserved": "reserved",
  "total pagecache pages": "pagecache",
  "pages in swap cache": "swapCache",
  "pages HighMem/MovableOnly": "highMem",
  "pages cma reserved": "cmaReserved",
  "pages hwpoisoned": "hwpoisoned",
};
/** `Free swap  = 0kB`, `Total swap = 0kB` */
const SWAP = /^(Free|Total) swap {1,2}= (\d{1,18})kB/;
/** `kmalloc-2k           1252KB       1328KB` */
const SLAB_ROW = /^(\S.{0,63}?)\s+(\d{1,15})KB\s+(\d{1,15})KB\s*$/;

const recordOf = (text: string, pattern: RegExp): Record<string, number> => {
  const values: Record<string, number> = {};
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) values[match[1] ?? ""] ??= Number(match[2]);
  return values;
};
const nodeOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
const sizeOf = (values: Readonly<Record<string, number>>): number => Object.keys(values).length;

const buddyLine = (text: string): Shape | null => {
  const match = BUDDY.exec(text);
  if (!match) return null;
  const counts: number[] = [];
  let orderZeroKib = 0;
  for (const [, count, kib] of text.matchAll(BUDDY_ITEM)) {
    if (counts.length === 0) orderZeroKib = Number(kib);
    // each order doubles; a list that a renderer has eaten the stars of is none
    if (Number(kib) !== orderZeroKib * 2 ** counts.length) break;
    counts.push(Number(count));
  }
  return {
    kind: "buddy",
    node: nodeOf(match[1]),
    name: match[2] ?? "",
    counts,
    orderZeroKib,
    weight: 1 + counts.length,
    complete: text.includes(" = "),
  };
};

const nodeLine = (text: string): Shape | null => {
  const huge = HUGEPAGES.exec(text);
  if (huge) {
    const [, node, total, free, surplus, sizeKib] = huge;
    return {
      kind: "hugepages",
      node: nodeOf(node),
      total: Number(total),
      free: Number(free),
      surplus: Number(surplus),
      sizeKib: Number(sizeKib),
      weight: 4,
      complete: true,
    };
  }
  const node = NODE.exec(text);
  if (node) {
    const kib = recordOf(text, KIB);
    return {
      kind: "node",
      node: Number(node[1]),
      kib,
      weight: 1 + sizeOf(kib),
      complete: text.includes("all_unreclaimable?"),
    };
  }
  const zone = ZONE.exec(text);
  if (zone) {
    const kib = recordOf(text, KIB);
    return {
      kind: "zone",
      node: nodeOf(zone[1]),
      name: zone[2] ?? "",
      kib,
      weight: 1 + sizeOf(kib),
      complete: text.includes(" free_cma:"),
    };
  }
  return buddyLine(text);
};

export const memInfoLine = (text: string): Shape | null => {
  if (text.startsWith("Mem-Info:")) return { kind: "mem-info", weight: 1, complete: true };
  if (text.startsWith("Unreclaimable slab info:")) return { kind: "slab-header", weight: 1, complete: true };
  const lowmem = LOWMEM.exec(text);
  if (lowmem) {
    const pages = (lowmem[1] ?? "").trim().split(" ").map(Number);
    // a number cut in two is no more than the number
    return { kind: "lowmem", pages, weight: 1 + pages.length / 100, complete: true };
  }
  const swap = SWAP.exec(text);
  if (swap)
    return {
      kind: "swap-tail",
      what: swap[1] === "Free" ? "free" : "total",
      kib: Number(swap[2]),
      weight: 2,
      complete: true,
    };
  return nodeLine(text);
};

/** Lines that begin with a blank, a digit or a small letter. */
export const memInfoDetail = (text: string): Shape | null => {
  if (TOTALS.test(text)) {
    const pages = recordOf(text, PAGES);
    if (sizeOf(pages) === 0) return null; // a memory cgroup's, in KB
    return { kind: "totals", pages, weight: 1 + sizeOf(pages), complete: false };
  }
  const tail = TAIL.exec(text);
  const what = TAIL_NAMES[tail?.[2] ?? ""];
  if (!tail || what === undefined) return null;
  return { kind: "tail", what, pages: Number(tail[1]), weight: 2, complete: true };
};

export const slabRow = (text: string): Shape | null => {
  const match = text.endsWith("KB") || text.endsWith("KB ") ? SLAB_ROW.exec(text) : null;
  if (!match) return null;
  return {
    kind: "slab-row",
    name: match[1] ?? "",
    usedKib: Number(match[2]),
    totalKib: Number(match[3]),
    weight: 3,
    complete: true,
  };
};
