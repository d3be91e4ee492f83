// apimachinery resource.Quantity: "283900Ki", "500M", "2727346284", "0.5Gi", "1e9", "-12Ki" (a wrapped uint64 prints negative).

/** `E` alone is exa, `E3` an exponent (apimachinery pkg/api/resource/suffix.go). */
const QUANTITY = /^([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,3}))?$/;

const BINARY: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const DECIMAL: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};

/** The value as Quantity.Value() gives it: whole units, rounded up. Null where the text is no quantity. */
export const parseQuantity = (text: string): number | null => {
  const match = QUANTITY.exec(text.trim());
  if (match === null) return null;
  const [, digits = "", binary, decimal, exponent] = match;
  const factor =
    binary !== undefined
      ? (BINARY[binary] ?? 1)
      : decimal !== undefined
        ? (DECIMAL[decimal] ?? 1)
        : exponent !== undefined
          ? 10 ** Number(exponent)
          : 1;
  const value = Number(digits) * factor;
  if (!Number.isFinite(value)) return null;
  // 1.1 * 2^30 carries a binary rounding error far below one byte: do not let it round up a whole one.
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < 1e-6 ? nearest : Math.ceil(value);
};
