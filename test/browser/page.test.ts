import { createServer, type Server } from "node:http";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Analysis } from "../../src/model/analysis.ts";
import { renderHtml } from "../../src/report/index.ts";
import { valueAt } from "../../src/report/svg/path.ts";
import { analysed } from "../analysed.ts";
import { empty, MiB } from "../report/fixtures/build.ts";
import { c1 } from "../report/fixtures/c1.ts";
import { dmesgAlone, hostile, kubeletWon, noRace, pressureOnly, storm } from "../report/fixtures/others.ts";
import { axeSource, hasChromium, launch } from "./chromium.ts";

const DOCUMENTS: Readonly<Record<string, () => Analysis>> = {
  c1,
  noRace,
  kubeletWon,
  pressureOnly,
  dmesgAlone,
  storm,
  hostile,
  empty,
};
/** How servers of attachments and build artifacts answer (Jira, Jenkins); none is a file opened from disk. */
const POLICIES: Readonly<Record<string, string>> = {
  none: "",
  sandbox: "sandbox",
  jenkins: "sandbox; default-src 'none'; img-src 'self'; style-src 'self'",
};

describe.skipIf(!hasChromium())("the page in Chromium", () => {
  let browser: Browser;
  let server: Server;
  let base = "";
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    const pages = new Map(Object.entries(DOCUMENTS).map(([name, make]) => [name, renderHtml(make())]));
    pages.set("sample", renderHtml(await analysed("samples/kernel-first.tgz")));
    server = createServer((request, response) => {
      const [, name = "", policy = "none"] = (request.url ?? "").split("/");
      requests.push(request.url ?? "");
      const headers: Record<string, string> = { "content-type": "text/html; charset=utf-8" };
      const header = POLICIES[policy] ?? "";
      if (header !== "") headers["content-security-policy"] = header;
      response.writeHead(pages.has(name) ? 200 : 404, headers).end(pages.get(name) ?? "");
    });
    await new Promise<void>((done) => {
      server.listen(0, "127.0.0.1", done);
    });
    const address = server.address();
    base = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  /** A page with everything that it complained about. */
  async function open(
    path: string,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${base}/${path}`);
    return { page, complaints };
  }

  test.each([...Object.keys(DOCUMENTS), "sample"])(
    "%s: no complaint, no request but its own, nothing wider than the screen",
    async (name) => {
      for (const width of [1280, 390]) {
        requests.length = 0;
        const { page, complaints } = await open(name, { viewport: { width, height: 844 } });
        expect(complaints).toEqual([]);
        expect(requests.filter((url) => url !== "/favicon.ico")).toEqual([`/${name}`]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        await page.context().close();
      }
    },
  );

  test.each([...Object.keys(DOCUMENTS), "sample"])(
    "%s: nothing stands out of its column, unfolded, at any width",
    async (name) => {
      for (const width of [1130, 970, 320]) {
        const { page } = await open(name, { viewport: { width, height: 844 } });
        const wider = await page.evaluate(
          "[...document.querySelectorAll('details')].forEach((fold) => (fold.open = true)); const right = document.querySelector('h2').parentElement.getBoundingClientRect().right; [...document.querySelectorAll('table, p, li, dl, h1, h2, pre')].filter((e) => e.closest('.scroll') === null && e.getBoundingClientRect().right > right + 1).map((e) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 60)}`)",
        );
        expect(wider, `${width}`).toEqual([]);
        await page.context().close();
      }
    },
  );

  test.each(["c1", "sample", "noRace", "dmesgAlone", "hostile", "empty"])(
    "%s: WCAG 2.1 AA in light, dark and narrow, by axe-core",
    async (name) => {
      for (const options of [{}, { colorScheme: "dark" as const }, { viewport: { width: 390, height: 844 } }]) {
        const { page } = await open(name, { bypassCSP: true, ...options });
        await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
        await page.evaluate(axeSource());
        const violations = await page.evaluate(
          "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')))",
        );
        expect(violations).toEqual([]);
        await page.context().close();
      }
    },
  );

  test.each(Object.keys(POLICIES))("is legible under the policy of: %s", async (policy) => {
    const { page } = await open(`c1/${policy}`);
    const text = await page.evaluate("document.body.innerText");
    expect(text).toContain("The kernel killed first, twice.");
    expect(text).toContain("Kernel first by");
    expect(text).toContain("20.8 s");
    expect(text).toContain("The kernel killed memhog[1262] of batch/stubborn-0");
    expect(text).toContain("Killed process 1031 (memhog)");
    // the chart is drawn whether or not a style sheet was let in: its red comes from presentation attributes
    const red = await page.evaluate("getComputedStyle(document.querySelector('a.mark .s-red')).stroke");
    expect(red).toBe("rgb(180, 35, 24)");
    const box = await page.locator("#race svg").first().boundingBox();
    expect(box?.width).toBeGreaterThan(700);
    expect(box?.height).toBeGreaterThan(250);
    await page.context().close();
  });

  test("prints what is folded", async () => {
    const { page } = await open("c1", { javaScriptEnabled: false });
    await page.emulateMedia({ media: "print" });
    const folded = page.locator("#finding-page-cache-counted-as-used p").first();
    expect(await page.locator("#finding-page-cache-counted-as-used").getAttribute("open")).toBeNull();
    const box = await folded.boundingBox();
    expect(box?.height).toBeGreaterThan(8);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.length).toBeGreaterThan(20_000);
    await page.context().close();
  });

  test("marks have contrast of 3:1, chart text 4.5:1, on both grounds", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await open("c1", { colorScheme });
      expect(await page.evaluate(CONTRASTS)).toEqual([]);
      await page.context().close();
    }
  });

  test("] and [ walk through the events; a link shows its line", async () => {
    const { page } = await open("c1");
    await page.keyboard.press("]");
    const first = await page.evaluate("document.activeElement.textContent");
    await page.keyboard.press("]");
    const second = await page.evaluate("document.activeElement.textContent");
    expect(second).not.toBe(first);
    await page.keyboard.press("[");
    expect(await page.evaluate("document.activeElement.textContent")).toBe(first);
    await page.goto(`${base}/c1#ev-kmsg-730`);
    expect(await page.evaluate("document.querySelector(':target').textContent")).toContain("Killed process 1031");
    const background = await page.evaluate("getComputedStyle(document.querySelector(':target')).backgroundColor");
    expect(background).toBe("rgb(255, 244, 214)");
    await page.context().close();
  });

  test("the crosshair reads the values off the lines", async () => {
    const { page } = await open("c1");
    const picture = page.locator("#race svg[data-axis]").first();
    await picture.scrollIntoViewIfNeeded();
    const box = await picture.boundingBox();
    if (box === null) throw new Error("no picture");
    const axis = ((await picture.getAttribute("data-axis")) ?? "").split(" ").map(Number);
    const [x1 = 0, x2 = 0, t1 = 0, t2 = 0] = axis;
    const x = x1 + ((Date.parse("2026-11-24T01:18:53.0Z") - t1) / (t2 - t1)) * (x2 - x1);
    await page.mouse.move(box.x + (x / 1000) * box.width, box.y + box.height - 60);
    const readout = await page.locator(".readout").innerText();
    expect(readout).toMatch(/^01:18:5[23]\.\d UTC\n/);
    const series = c1().series.find((s) => s.id === "node.memory.available.kubelet");
    const truth = (series === undefined ? null : valueAt(series, Date.parse("2026-11-24T01:18:53.0Z"))) ?? Number.NaN;
    const read = Number(/memory\.available \(kubelet\): (\d+) MiB/.exec(readout)?.[1]);
    expect(Math.abs(read - truth / MiB)).toBeLessThan(4);
    await page.context().close();
  });

  test("hostile text stays text", async () => {
    const { page } = await open("hostile");
    expect(await page.evaluate("document.scripts.length")).toBe(1);
    expect(await page.locator("h1").innerText()).toContain("<script>alert(1)</script>");
    await page.context().close();
  });
});

/** Every drawn text and mark against the ground it stands on; areas of the stack have their own letters. */
const CONTRASTS = `(() => {
  const channel = (v) => { const s = v / 255; return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; };
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => { const [r, g, b] = parse(c); return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const ground = getComputedStyle(document.body).backgroundColor;
  const out = [];
  for (const text of document.querySelectorAll('svg text')) {
    const fill = getComputedStyle(text).fill;
    const onArea = text.getAttribute('fill') === '#ffffff';
    const grounds = onArea ? [...document.querySelectorAll('#memory svg path[fill^="#"]')].map((p) => getComputedStyle(p).fill) : [ground];
    for (const g of grounds) if (ratio(fill, g) < 4.5) out.push('text ' + text.textContent + ' ' + fill + ' on ' + g);
  }
  for (const shape of document.querySelectorAll('a.mark path, a.mark g circle, path[data-name], #memory svg path[fill^="#"], #stall svg path.f-some, #stall svg path.f-full')) {
    const style = getComputedStyle(shape);
    const best = [style.fill, style.stroke].filter((c) => c.startsWith('rgb(')).map((c) => ratio(c, ground));
    if (best.length > 0 && Math.max(...best) < 3) out.push('mark ' + shape.outerHTML.slice(0, 120));
  }
  return [...new Set(out)];
})()`;
