/** A file of the installed package: src/cli/ and dist/cli/ lie equally deep in it. */
export const packageFile = (path: string): URL => new URL(`../../${path}`, import.meta.url);
