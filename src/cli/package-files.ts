import { readFileSync } from "node:fs";

/** The package's own folder: src/cli/ and dist/cli/ lie equally deep in it. */
export const packageFile = (path: string): URL => new URL(`../../${path}`, import.meta.url);

export const packageVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(packageFile("package.json"), "utf8"));
  if (
    typeof manifest === "object" &&
    manifest !== null &&
    "version" in manifest &&
    typeof manifest.version === "string"
  ) {
    return manifest.version;
  }
  throw new Error("package.json has no version");
};
