/** The candidate that was probably meant, or null: at most two letters wrong, swapped, missing or too many. */
export const suggestion = (typed: string, candidates: readonly string[]): string | null => {
  let best: string | null = null;
  let least = Math.min(3, Math.ceil(typed.length / 2) + 1);
  for (const candidate of candidates) {
    const distance = candidate.startsWith(typed) && typed.length > 2 ? 1 : editDistance(typed, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
};

/** Damerau-Levenshtein in its restricted form. */
const editDistance = (a: string, b: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? a.length;
};
