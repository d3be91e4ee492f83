import type { When } from "../../model/instant.ts";

/** Interval in which a tick's files were read. */
export type TickAt = (tick: number) => When;
