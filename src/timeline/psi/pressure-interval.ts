/** Pressure between two ticks, from the kernel's totals: shares of the interval, clamped to 0…1; null where the timing error is too great. */
export interface PressureInterval {
  readonly fromTick: number;
  readonly toTick: number;
  /** Wall clock, ms (best estimates). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly some: number | null;
  readonly full: number | null;
}
