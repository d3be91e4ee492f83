// Bytes of each slab cache: num_slabs × pagesperslab × page size, an upper bound, for fallback orders are smaller (mm/slub.c).
import type { SourceRef } from "../../model/evidence.ts";
import { type Track, readingAt } from "../inputs/track.ts";

export interface CacheGrowth {
  readonly name: string;
  readonly bytes: number;
  readonly grown: number;
  readonly ref: SourceRef;
}

const bytesAt = (slabinfo: Track, name: string, reading: number, pageSize: number): number | null => {
  const slabs = slabinfo.value(reading, `${name}.num_slabs`);
  const pages = slabinfo.value(reading, `${name}.pagesperslab`);
  return slabs === null || pages === null ? null : slabs * pages * pageSize;
};

/** Caches by growth between two instants, the largest first. */
export const cacheGrowth = (
  slabinfo: Track | null,
  fromMs: number,
  toMs: number,
  pageSize: number,
): readonly CacheGrowth[] => {
  if (slabinfo === null) return [];
  const [first, last] = [Math.max(0, readingAt(slabinfo, fromMs)), readingAt(slabinfo, toMs)];
  if (last < 0) return [];
  const names = slabinfo
    .fields()
    .filter((f) => f.endsWith(".num_slabs"))
    .map((f) => f.slice(0, -".num_slabs".length));
  return names
    .flatMap((name) => {
      const before = bytesAt(slabinfo, name, first, pageSize);
      const after = bytesAt(slabinfo, name, last, pageSize);
      return before === null || after === null
        ? []
        : [{ name, bytes: after, grown: after - before, ref: slabinfo.ref(last, `${name}.num_slabs`) }];
    })
    .toSorted((a, b) => b.grown - a.grown);
};

/** What usually fills a cache; null where the name says nothing. */
export const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^dentry$/, "path look-ups; negative entries from probing or unique temporary names"],
  [/^(?:ext4_|xfs_|btrfs_|nfs_|ovl_|fuse_|proc_|shmem_)?inode_cache$/, "files touched: crawlers, backups, du"],
  [/^buffer_head$/, "block-device and ext4 metadata cache"],
  [/^radix_tree_node$/, "page cache and its shadow entries"],
  [/^kernfs_node_cache$/, "many or dying cgroups"],
  [/^(?:task_struct|signal_cache|sighand_cache|mm_struct|pid|cred_jar)$/, "threads, forks, zombies"],
  [/^(?:vm_area_struct|anon_vma(?:_chain)?)$/, "many mappings, fork trees"],
  [/^(?:filp|eventpoll_\w{1,20}|sock_inode_cache)$/, "open files and sockets"],
  [/^(?:TCP|TCPv6|tw_sock_TCP(?:v6)?|request_sock_TCP(?:v6)?)$/, "connections"],
  [/^skbuff_\w{1,30}$/, "unread or leaked packets"],
  [/^nf_conntrack/, "tracked connections"],
  [/^kmalloc-/, "anything in the kernel; uncharged and growing is a leak until shown otherwise"],
];

export const ownerOf = (cache: string): string | null => OWNERS.find(([pattern]) => pattern.test(cache))?.[1] ?? null;
