// A line as its bytes, decoration read, before anything is made of it: nearly all lines say nothing to anybody, and for those a look is enough.
import type { ClockKind, Stamp } from "../../model/instant.ts";
import type { LogLine } from "../../model/log.ts";
import { WordScan, type WordsOf } from "../text/word-scan.ts";

/** Plain ASCII. One object for all lines of a file: what is kept of it must be taken out before the next line. */
export interface Glance {
  readonly bytes: Uint8Array;
  /** The message is [from, to). */
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly clock: ClockKind;
  readonly ms: number;
  readonly sequence: number | null;
  /** Bits of those whose words stand in the line. */
  readonly words: number;
  stamp(): Stamp;
  /** As `line` would have it. */
  toLine(): LogLine;
}

/**
 * True: the line says nothing to this reader, which has done with it whatever `line` would have done. False: nothing was done, and
 * `line` must have it.
 */
export type Glancer = (at: Glance) => boolean;

/** A bit for each reader; its words are those without which no pattern of it can match a line that has a speaker. */
export const WORDS_OF = { kernel: 1, kubelet: 2, system: 4, kube: 8 } as const;

export const createWordScan = (words: Readonly<Record<keyof typeof WORDS_OF, readonly string[]>>): WordScan => {
  const groups: WordsOf[] = [
    { bit: WORDS_OF.kernel, words: words.kernel },
    { bit: WORDS_OF.kubelet, words: words.kubelet },
    { bit: WORDS_OF.system, words: words.system },
    { bit: WORDS_OF.kube, words: words.kube },
  ];
  return new WordScan(groups);
};
