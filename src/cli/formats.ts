export const FORMATS = ["html", "json", "md", "text"] as const;
export type Format = (typeof FORMATS)[number];
