// Words that lines begin with, looked up by their first byte. Large and small letters are alike.

const folded = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

export class Starts {
  readonly #byFirst: readonly (readonly Uint8Array[])[];

  /** ASCII words. */
  constructor(words: readonly string[]) {
    const encoder = new TextEncoder();
    const byFirst: Uint8Array[][] = Array.from({ length: 128 }, () => []);
    for (const word of words) {
      const bytes = encoder.encode(word.toLowerCase());
      byFirst[bytes[0] ?? 0]?.push(bytes);
    }
    this.#byFirst = byFirst;
  }

  /** Whether [from, to) begins with one of them. */
  begin(bytes: Uint8Array, from: number, to: number): boolean {
    const words = this.#byFirst[folded(bytes[from] ?? 0)];
    if (words === undefined || from >= to) return false;
    for (const word of words) {
      if (to - from < word.length) continue;
      let same = 1;
      while (same < word.length && folded(bytes[from + same] ?? 0) === word[same]) same++;
      if (same === word.length) return true;
    }
    return false;
  }
}
