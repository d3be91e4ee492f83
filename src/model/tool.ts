/** Held equal to package.json by a test. */
export const TOOL = { name: "memforensics", version: "0.1.0" } as const;
