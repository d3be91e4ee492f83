// Makes the pictures of docs/pictures from samples/kernel-first.tgz with the built command line and a headless Chromium.
//   npm run build && node scripts/screenshots.mjs
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sample = join(root, "samples", "kernel-first.tgz");
const cli = join(root, "dist", "cli", "main.js");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
for (const [path, help] of [
  [cli, "npm run build makes it"],
  [executablePath, "set CHROMIUM to one"],
]) {
  if (!existsSync(path)) {
    console.error(`${path} does not exist: ${help}`);
    process.exit(1);
  }
}

/** The whole first screen down to the end of the race's picture; a telephone shows less. */
const PICTURES = [
  { name: "report-wide", width: 1180, colorScheme: "light", until: "#race figure" },
  { name: "report-dark", width: 1180, colorScheme: "dark", until: "#race figure" },
  { name: "report-narrow", width: 390, colorScheme: "light", until: "#race figure" },
];

const folder = mkdtempSync(join(tmpdir(), "memforensics-"));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const report = join(folder, "report.html");
  execFileSync(process.execPath, [cli, "analyze", sample, "--format", "html", "-o", report], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  mkdirSync(join(root, "docs", "pictures"), { recursive: true });
  for (const { name, width, colorScheme, until } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await page.goto(pathToFileURL(report).href);
    const figures = page.locator(`${until}:has(svg a.mark)`);
    const box = await figures.first().boundingBox();
    const height = Math.ceil((box?.y ?? 0) + (box?.height ?? 900) + 16);
    const path = join(root, "docs", "pictures", `${name}.png`);
    await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height } });
    console.log(`docs/pictures/${name}.png ${width} × ${height}`);
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
