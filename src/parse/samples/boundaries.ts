// Hot loop: where a section of the film ends and the next header ("==> path <==") or directive ("@@ end 7 …") begins.

export const NEWLINE = 10;
export const EQUALS = 61;
export const AT_SIGN = 64;
const GREATER = 62;
const SPACE = 32;

/** Whether a section whose layout is known ends here; null: the bytes do not say yet. */
export const isBoundary = (bytes: Uint8Array, at: number, final: boolean): boolean | null => {
  const end = bytes.length;
  // tail's blank line
  const p = at < end && bytes[at] === NEWLINE ? at + 1 : at;
  if (p + 1 < end)
    return (bytes[p] === EQUALS && bytes[p + 1] === EQUALS) || (bytes[p] === AT_SIGN && bytes[p + 1] === AT_SIGN);
  return final ? p === end : null;
};

/** Whether a line begins the next section or is a directive; null: the bytes do not say yet. */
export const startsNext = (bytes: Uint8Array, line: number, final: boolean): boolean | null => {
  const first = bytes[line];
  if (first !== EQUALS && first !== AT_SIGN) return false;
  if (line + 4 > bytes.length && !final) return null;
  if (first === AT_SIGN) return bytes[line + 1] === AT_SIGN;
  return bytes[line + 1] === EQUALS && bytes[line + 2] === GREATER && bytes[line + 3] === SPACE;
};

/** Position of the next newline, or -1. Lines of /proc are short: a loop finds their ends sooner than a call of indexOf(). */
export const lineEnd = (bytes: Uint8Array, from: number): number => {
  const end = bytes.length;
  for (let p = from; p < end; p++) if (bytes[p] === NEWLINE) return p;
  return -1;
};

export const countLines = (bytes: Uint8Array): number => {
  const end = bytes.length;
  let lines = 0;
  for (let p = 0; p < end; p++) if (bytes[p] === NEWLINE) lines++;
  return lines;
};
