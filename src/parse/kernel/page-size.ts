// The page size is printed nowhere; what is printed in pages here and in bytes there proves it.
import { type Bytes, bytes } from "../../model/units.ts";
import type { Draft } from "./draft.ts";

export interface PageSize {
  readonly bytes: Bytes;
  readonly proven: boolean;
}

/** x86, riscv, s390x and most arm64; LoongArch and some arm64; ppc64le and some arm64. */
const SIZES: readonly number[] = [4096, 16_384, 65_536, 8192];
/** Most machines; said to be assumed where nothing proves it. */
const ASSUMED = 4096;

const sizeOf = (value: number): number | null => SIZES.find((size) => size === value) ?? null;

const ofBuddyLists = (draft: Draft): number | null => {
  const lists = [...(draft.memInfo?.zones ?? []).map(({ buddy }) => buddy), ...(draft.memInfo?.buddies ?? [])];
  const kib = lists.find((list) => list && list.counts.length > 1)?.orderZeroKib;
  return kib === undefined ? null : sizeOf(kib * 1024);
};

/** The kill line's total-vm is the row's total_vm in kB: both are mm->total_vm, and a task in the OOM killer's hands hardly maps more. */
const ofVictims = (draft: Draft): number | null => {
  for (const { shape } of draft.killed) {
    const row = draft.rows.find(({ shape: it }) => it.pid === shape.pid)?.shape;
    const pages = row?.values[row.columns.indexOf("total_vm")];
    if (!pages || shape.totalVmKib === null) continue;
    const size = sizeOf((shape.totalVmKib * 1024) / pages);
    if (size !== null) return size;
  }
  return null;
};

/** The limited group's anonymous memory in bytes against its tasks' in pages: pages of several sizes differ by factors. */
const ofMemcg = (draft: Draft): number | null => {
  const stats = draft.stats[0]?.stats;
  const anon = stats?.["anon"] ?? stats?.["rss"];
  if (!anon) return null;
  let pages = 0;
  for (const { shape } of draft.rows) {
    const at = shape.columns.indexOf("rss_anon");
    pages += shape.values[at < 0 ? shape.columns.indexOf("rss") : at] ?? 0;
  }
  if (pages < 256) return null;
  const ratio = anon / pages;
  return SIZES.find((size) => ratio > size * 0.8 && ratio < size * 1.25) ?? null;
};

export const pageSizeOf = (draft: Draft): PageSize => {
  const size = ofBuddyLists(draft) ?? ofVictims(draft) ?? ofMemcg(draft);
  return { bytes: bytes(size ?? ASSUMED), proven: size !== null };
};
