// Numbers without a locale: the same document gives the same bytes everywhere.

/** 33797 → "33,797". */
export function grouped(n: number): string {
  const sign = n < 0 ? "−" : "";
  const digits = Math.abs(Math.round(n)).toString();
  return sign + digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Three significant digits, no trailing zeros after a whole number: 2.19, 66.5, 159, 2061. */
export function threeDigits(n: number): string {
  const size = Math.abs(n);
  if (size === 0 || Number.isInteger(n)) return signed(n.toString());
  const text = n.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
  return signed(text);
}

/** A share of 0…1. Below one per cent a digit more; something above nothing never reads as 0 %. */
export function percent(share: number): string {
  const n = share * 100;
  if (n > 0 && n < 0.1) return "under 0.1 %";
  return `${n > 0 && n < 10 ? signed(n.toFixed(1).replace(/\.0$/, "")) : signed(n.toFixed(0))} %`;
}

/** A typographic minus: "−997" reads as a number, "-997" as an option. */
export const signed = (text: string): string => text.replace(/^-/, "−");

export const plural = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`;

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1] ?? ""}`;
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (upper + lower) / 2;
}
