import { type Dirent, readdirSync } from "node:fs";
import { isTopFolder } from "./entry-names.ts";

export interface WalkedFile {
  /** Below the capture's top folder. */
  readonly path: string;
  readonly fullPath: string;
}

export interface WalkEvents {
  readonly onLink: (path: string) => void;
  readonly onSpecial: (path: string) => void;
  readonly onUnreadable: (path: string) => void;
}

/** The regular files of a directory, always in the same order, ticks by their time. Links are not followed: what they lead to is walked by itself or lies outside. */
export function* walkDirectory(root: string, events: WalkEvents): Generator<WalkedFile> {
  const entries = readdirSync(root, { withFileTypes: true });
  const [only] = entries;
  const top =
    entries.length === 1 && only?.isDirectory() === true && isTopFolder(only.name) ? `${root}/${only.name}` : root;
  yield* walk(top, "", events);
}

function* walk(directory: string, prefix: string, events: WalkEvents): Generator<WalkedFile> {
  for (const entry of list(directory, prefix, events)) {
    const path = prefix + entry.name;
    const fullPath = `${directory}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(fullPath, `${path}/`, events);
    else if (entry.isFile()) yield { path, fullPath };
    else if (entry.isSymbolicLink()) events.onLink(path);
    else events.onSpecial(path);
  }
}

const list = (directory: string, prefix: string, events: WalkEvents): Dirent[] => {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => compareNames(a.name, b.name));
  } catch {
    events.onUnreadable(prefix); // told as a problem: the rest of the tree can still be read
    return [];
  }
};

const NUMBER = /^\d{1,15}(?:\.\d{1,9})?$/;

const compareNames = (a: string, b: string): number => {
  if (NUMBER.test(a) && NUMBER.test(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
};
