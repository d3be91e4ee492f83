// A clock that nothing binds to the wall: what the order of kills rests on then is the kernel's own stamp.
import type { Stamp, When } from "../../../src/model/instant.ts";
import { epochMs } from "../../../src/model/units.ts";

export const unplaced = (stamps: readonly Stamp[], bootId: string | null): When => {
  const printk = stamps.find(({ clock }) => clock === "printk");
  return {
    earliest: epochMs(Number.NEGATIVE_INFINITY),
    latest: epochMs(Number.POSITIVE_INFINITY),
    best: epochMs(Number.NaN),
    clock: printk ? `printk@${bootId ?? "?"}` : "none",
    reading: printk?.ms ?? Number.NaN,
    readingUncertainty: 0.001,
    anchor: null,
    bootSec: printk ? printk.ms / 1000 : null,
  };
};
