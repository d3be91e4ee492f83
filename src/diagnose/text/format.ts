// Typed values to words. Numbers without a locale; a value that is not known has no word here: rules say so themselves.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Three significant digits: 2.19 GiB, 158 MiB. A typographic minus. */
export const size = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const magnitude = Math.abs(value);
  const digits = unit === 0 || magnitude === 0 || magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits).replace(/^-/, "−")} ${UNITS[unit] ?? "B"}`;
};

/** "grew by 3.9 MiB", "shrank by 26 MiB". */
export const moved = (bytes: number): string => (bytes < 0 ? `shrank by ${size(-bytes)}` : `grew by ${size(bytes)}`);

export const perSecond = (bytes: number): string => `${size(bytes)}/s`;

const pair = (whole: number, base: number, big: string, small: string): string => {
  const rest = whole % base;
  return `${Math.floor(whole / base)} ${big}${rest === 0 ? "" : ` ${rest} ${small}`}`;
};

export const span = (ms: number): string => {
  const magnitude = Math.abs(ms);
  const sign = ms < 0 ? "−" : "";
  if (magnitude < 100) return `${sign}${magnitude.toFixed(magnitude < 10 ? 1 : 0)} ms`;
  if (magnitude < 99_950) return `${sign}${(magnitude / 1000).toFixed(1)} s`;
  const seconds = Math.round(magnitude / 1000);
  if (seconds < 3600) return sign + pair(seconds, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  return sign + (minutes < 1440 ? pair(minutes, 60, "h", "min") : pair(Math.round(minutes / 60), 24, "d", "h"));
};

/** A share of 0…1 (and beyond). */
export const percent = (share: number): string => {
  const n = share * 100;
  if (n !== 0 && Math.abs(n) < 0.1) return "under 0.1 %";
  return `${n
    .toFixed(Math.abs(n) < 9.95 && n !== 0 ? 1 : 0)
    .replace(/\.0$/, "")
    .replace(/^-/, "−")} %`;
};

export const grouped = (n: number): string => {
  const digits = Math.abs(Math.round(n)).toString();
  return `${n < 0 ? "−" : ""}${digits.replace(/\B(?=(\d{3})+$)/g, ",")}`;
};

/** A rate or a ratio: 0.42, 7.3, 119. */
export const number = (n: number): string => {
  const magnitude = Math.abs(n);
  return n.toFixed(magnitude >= 99.5 || Number.isInteger(n) ? 0 : magnitude >= 9.95 ? 1 : 2).replace(/^-/, "−");
};

export const count = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`;

/** "a", "a and b", "a, b and c". */
export const list = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;

/** Time of day in UTC, with as many digits as half a width of `uncertaintyMs` bears. */
export const clock = (unixMs: number, uncertaintyMs = 500): string => {
  const date = new Date(Math.round(unixMs));
  if (Number.isNaN(date.getTime())) return "an unknown time";
  const digits = uncertaintyMs >= 500 ? 0 : uncertaintyMs >= 50 ? 1 : 3;
  return `${date.toISOString().slice(11, digits === 0 ? 19 : 20 + digits)} UTC`;
};

const MIB = 1024 * 1024;

/** As Kubernetes writes it: 64Mi steps upwards, the notation of the setting. */
export const quantity = (bytes: number): string => {
  const mib = Math.ceil(bytes / MIB);
  return mib % 1024 === 0 && mib > 0 ? `${mib / 1024}Gi` : `${mib}Mi`;
};

/** Settings are rounded up to 64 MiB. */
export const roundedUp = (bytes: number): number => Math.ceil(bytes / (64 * MIB)) * 64 * MIB;
