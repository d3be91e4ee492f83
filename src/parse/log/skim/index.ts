// Forms that are worth a look before they are decoded: those of long logs.
import { DmesgSkim, KmsgSkim, ShortMonotonicSkim } from "./kernel-forms.ts";
import type { Skim } from "./skim.ts";
import { IsoSkim, YearlessSkim } from "./wall-forms.ts";

/** One set for each text: a skim keeps the reading of the stamp that it read last. */
export const createSkims = (): Skim[] => [
  new KmsgSkim(),
  new DmesgSkim(),
  new ShortMonotonicSkim(),
  new IsoSkim(),
  new YearlessSkim(false),
  new YearlessSkim(true),
];
