// Units are types; the constructors here are the only casts. Parse into the unit that the source prints, convert once.
declare const unit: unique symbol;
export type Unit<N extends string> = number & { readonly [unit]: N };

export type Bytes = Unit<"B">;
export type KiB = Unit<"KiB">;
export type Pages = Unit<"page">;
/** Milliseconds since 1970-01-01T00:00:00Z; may carry a fraction. */
export type EpochMs = Unit<"epochMs">;

export const bytes = (n: number): Bytes => n as Bytes;
export const kib = (n: number): KiB => n as KiB;
export const pages = (n: number): Pages => n as Pages;
export const epochMs = (n: number): EpochMs => n as EpochMs;

/** The OOM report and /proc print "kB" and mean 1024 bytes (mm/oom_kill.c K(), fs/proc/meminfo.c show_val_kb()). */
export const bytesOfKib = (n: KiB): Bytes => (n * 1024) as Bytes;
/** The page size comes from the bundle: arm64, ppc64le and LoongArch may use 16 or 64 KiB. */
export const bytesOfPages = (n: Pages, pageSize: Bytes): Bytes => (n * pageSize) as Bytes;
