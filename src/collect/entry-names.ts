// Names of archive entries are the sender's: they are made harmless here, and used for nothing but looking files up and citing them.

export interface CleanName {
  readonly path: string;
  /** True where the name was not what a well-meaning archive holds: absolute, "..", control characters. */
  readonly suspicious: boolean;
}

// biome-ignore format: one class of characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export const cleanName = (name: string): CleanName => {
  const harmless = name.replace(CONTROL, "\ufffd");
  const parts = harmless.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  const suspicious = harmless !== name || name.startsWith("/") || name.split("/").includes("..");
  return { path: parts.join("/"), suspicious };
};

/** Of a file whose compression was undone. */
export const withoutSuffix = (path: string): string => path.replace(/\.(?:gz|zst)$/, "");

/** Folders that carry meaning: a capture whose only folder is one of these has no top folder to take off. */
const MEANINGFUL = new Set(["proc", "sys", "etc", "var", "run", "ticks", "logs", "node", "var-log"]);

export const isTopFolder = (name: string): boolean => name !== "" && !MEANINGFUL.has(name);

/** Takes the single top folder off the names of an archive, which is known by its first entry: archives are read in one pass. */
export class TopFolder {
  #folder: string | null = null;
  #settled = false;

  strip(path: string, isDirectory: boolean): string {
    if (!this.#settled && path !== "") {
      const slash = path.indexOf("/");
      const first = slash < 0 ? path : path.slice(0, slash);
      this.#settled = true;
      if ((slash >= 0 || isDirectory) && isTopFolder(first)) this.#folder = first;
    }
    if (this.#folder === null) return path;
    if (path === this.#folder) return isDirectory ? "" : path;
    return path.startsWith(`${this.#folder}/`) ? path.slice(this.#folder.length + 1) : path;
  }
}
