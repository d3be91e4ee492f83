import type { TickDirectory } from "../../model/capture.ts";
import { labTicks } from "./lab-ticks.ts";
import type { Layout } from "./layout.ts";
import { loose } from "./loose.ts";
import { memforensics1 } from "./memforensics-1.ts";

/** In order of precedence, each file by itself: nothing may depend on which of them an archive holds first. */
const LAYOUTS: readonly Layout[] = [memforensics1, labTicks, loose];

const SNIFF = 512;
const latin1 = new TextDecoder("latin1");

export const nodePathOf = (path: string, head: Uint8Array): string | null => {
  const text = latin1.decode(head.subarray(0, SNIFF));
  for (const layout of LAYOUTS) {
    const nodePath = layout.nodePath(path, text);
    if (nodePath !== null) return nodePath;
  }
  return null;
};

export const tickOf = (path: string): TickDirectory | null => {
  for (const layout of LAYOUTS) {
    const tick = layout.tick(path);
    if (tick !== null) return tick;
  }
  return null;
};

/** The layout of a whole capture: the first one, in order of precedence, of which a file bore the signature. */
export class LayoutGuess {
  #best = LAYOUTS.length - 1;

  see(path: string): void {
    for (let i = 0; i < this.#best; i++) {
      if (LAYOUTS[i]?.isSignature(path) === true) this.#best = i;
    }
  }

  get id(): string {
    return LAYOUTS[this.#best]?.id ?? loose.id;
  }
}
