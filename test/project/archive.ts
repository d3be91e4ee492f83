// Reads an archive whole, for comparing a sample with the capture it was made from.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

export interface ArchivedFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly modifiedMs: number | null;
}

/** Regular files by their path in the archive. */
export async function filesOf(archive: string): Promise<Map<string, ArchivedFile>> {
  const files = new Map<string, ArchivedFile>();
  const entries = createReadStream(archive).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of entry as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    const { name, type, mtime } = entry.header;
    if (type === "file") files.set(name, { sha256: hash.digest("hex"), bytes, modifiedMs: mtime?.getTime() ?? null });
  }
  return files;
}
