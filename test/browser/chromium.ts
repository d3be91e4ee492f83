// One headless Chromium for the page tests. Where there is none they are skipped, loudly; CI demands it.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export function hasChromium(): boolean {
  if (existsSync(EXECUTABLE)) return true;
  const message = `no Chromium at ${EXECUTABLE}: the page is not tested in a browser`;
  if (process.env["CI"] !== undefined) throw new Error(message);
  console.warn(message);
  return false;
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });

export const axeSource = (): string =>
  readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
