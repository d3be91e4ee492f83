import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "./byte-source.ts";

const CHUNK = 256 * 1024;

export interface OpenFile {
  readonly source: ByteSource;
  /** Size when it was opened. */
  readonly bytes: number;
  readonly modifiedMs: number;
}

/**
 * Opens a regular file of a directory; null if it is none (any more). Neither a link nor a FIFO put in its place since the
 * directory was listed is followed or waited for. Throws what the file system throws.
 */
export const openRegularFile = (path: string, onError: (error: unknown) => void): OpenFile | null => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stat = fstatSync(fd);
  if (!stat.isFile()) {
    closeSync(fd);
    return null;
  }
  return { source: readDescriptor(fd, stat.size, onError), bytes: stat.size, modifiedMs: stat.mtimeMs };
};

/**
 * Reads a descriptor to the size that it had when it was opened, so that a file which grows meanwhile ends; where the size is not
 * told (a pipe, /proc) to its end. Reads are synchronous on purpose: thousands of small files cost four thread changes each
 * otherwise, and what there is to overlap with, the inflating, has a thread of its own.
 */
export const readDescriptor = (fd: number, size: number, onError: (error: unknown) => void): ByteSource => {
  let open = true;
  let at = 0;
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  const read = (): Uint8Array | null => {
    const want = size === 0 ? CHUNK : Math.min(CHUNK, size - at);
    if (!open || want === 0) return null;
    const buffer = new Uint8Array(want);
    const count = readSync(fd, buffer, 0, want, null);
    at += count;
    return count === 0 ? null : buffer.subarray(0, count);
  };
  return {
    pull: () => {
      let chunk: Uint8Array | null = null;
      try {
        chunk = read();
      } catch (error) {
        onError(error);
      }
      if (chunk === null) close();
      return Promise.resolve(chunk);
    },
    close,
  };
};
