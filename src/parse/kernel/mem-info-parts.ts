// The lines of a Mem-Info block put together; zones get the reserve and the free blocks that are printed apart from them.
import type { MemInfoParts } from "./draft.ts";
import type { Shape } from "./shape.ts";

export const takeMemInfo = (parts: MemInfoParts, shape: Shape): void => {
  switch (shape.kind) {
    case "totals":
      for (const [name, pages] of Object.entries(shape.pages)) parts.totals[name] ??= pages;
      return;
    case "node":
      if (!parts.nodes.some(({ node }) => node === shape.node)) parts.nodes.push(shape);
      return;
    case "zone":
      if (!parts.zones.some(({ zone }) => zone.name === shape.name && zone.node === shape.node)) {
        parts.zones.push({ zone: shape, lowmem: [], buddy: null });
      }
      return;
    case "lowmem": {
      const last = parts.zones.at(-1);
      if (last && last.lowmem.length === 0) last.lowmem = shape.pages;
      return;
    }
    case "buddy": {
      const owner = parts.zones.find(
        ({ zone, buddy }) => zone.name === shape.name && zone.node === shape.node && !buddy,
      );
      if (owner) owner.buddy = shape;
      else parts.buddies.push(shape);
      return;
    }
    case "hugepages":
      parts.hugepages.push(shape);
      return;
    case "slab-row":
      parts.slab.push(shape);
      return;
    case "tail":
      parts.tail[shape.what] ??= shape.pages;
      return;
    case "swap-tail":
      if (shape.what === "free") parts.freeSwapKib ??= shape.kib;
      else parts.totalSwapKib ??= shape.kib;
      break;
    default:
  }
};
