import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Report } from "#grader/contracts/report.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import { buildDashboard, type DashboardServer, startDashboard } from "./dashboard-server.ts";
import { SAMPLE_IDS, sampleRows } from "./sample-run.ts";
import { fill, laterRun, openSampleStore, type SampleStore } from "./sample-store.ts";

const CHROMIUM_ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const RUNNING_FOR_MS = 230_000;
const VARIANTS = [
  { colorScheme: "light", width: 390 },
  { colorScheme: "light", width: 1440 },
  { colorScheme: "dark", width: 390 },
  { colorScheme: "dark", width: 1440 },
] as const;
const SCREENS = [
  { name: "home", path: "/", heading: "Capacity grade of Garage" },
  { name: "runs", path: "/runs", heading: "Runs" },
  { name: "run", path: `/runs/${SAMPLE_IDS.latest}`, heading: /PASS/ },
  { name: "live", path: `/runs/${SAMPLE_IDS.running}/live`, heading: "Live run: Relay" },
] as const;

let store: SampleStore;
let writer: StoreWriter;
let dashboard: DashboardServer;
let browser: Browser;
let screenshots: string;

beforeAll(async () => {
  screenshots =
    process.env["LOADSTONE_SCREENSHOTS"] ?? (await mkdtemp(join(tmpdir(), "loadstone-screens-")));
  await mkdir(screenshots, { recursive: true });
  [store] = await Promise.all([openSampleStore(), buildDashboard()]);
  dashboard = await startDashboard(store.env);
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_ARGS });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await dashboard?.[Symbol.asyncDispose]();
  await writer?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
});

/** Opens a path, hands the page over, and fails on anything the console complained of. */
async function visit(
  path: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
  base = dashboard.url,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  try {
    await page.goto(base + path);
    await look(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

const shoot = (page: Page, name: string) =>
  page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });

describe("before the first run", () => {
  test("home tells how to start one, with and without scripts", async () => {
    for (const javaScriptEnabled of [true, false]) {
      await visit("/", { javaScriptEnabled }, async (page) => {
        expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("No grade yet");
        expect(await page.getByText("npm start").count()).toBeGreaterThan(0);
        await shoot(page, "empty-light-1440");
      });
    }
  });

  test("a store that does not answer is said plainly, with what to do", async () => {
    await using lost = await startDashboard({ LOADSTONE_CLICKHOUSE_URL: "http://127.0.0.1:9" });
    await visit(
      "/",
      { colorScheme: "dark", viewport: { width: 390, height: 844 } },
      async (page) => {
        expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(
          "The store does not answer",
        );
        expect(await page.getByText("LOADSTONE_CLICKHOUSE_URL").count()).toBeGreaterThan(0);
        await shoot(page, "unreachable-dark-390");
      },
      lost.url,
    );
    expect((await fetch(`${lost.url}/runs/any/live/data`)).status).toBe(503);
  });
});

describe("with graded runs and one going on", () => {
  const nowMs = Date.now();
  const rows = sampleRows(nowMs, RUNNING_FOR_MS);
  let revision = 1;

  /** Keeps the running run alive however slow the machine is. */
  const beat = async () => {
    revision += 1;
    writer.write("runs", laterRun(rows, { revision, heartbeatAtMs: Date.now() }));
    await writer.flush();
  };

  beforeAll(async () => {
    writer = await store.openWriter();
    await fill(writer, rows);
  });

  describe.each(SCREENS)("$name", ({ name, path, heading }) => {
    test.each(VARIANTS)("$colorScheme at $width px", async ({ colorScheme, width }) => {
      await beat();
      const viewport = { width, height: width < 700 ? 844 : 900 };
      await visit(path, { colorScheme, viewport }, async (page) => {
        await page.evaluate(watchShifts);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        // Scripts are running once a moment could be told in local time or the theme be chosen.
        await page.waitForLoadState("networkidle");
        expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
        expect(await page.evaluate(shifted)).toBeLessThan(0.01);
        await shoot(page, `${name}-${colorScheme}-${width}`);
      });
    });

    test.each([360, 1600])("fits %i px", async (width) => {
      await beat();
      await visit(path, { viewport: { width, height: 800 } }, async (page) => {
        expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      });
    });

    test("says the same without scripts", async () => {
      await beat();
      await visit(path, { javaScriptEnabled: false }, async (page) => {
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        expect(await page.getByRole("main").count()).toBe(1);
        await shoot(page, `${name}-noscript`);
      });
    });
  });

  test("home has the grade, its interval, its caps and every corner in a table", async () => {
    await visit("/", { javaScriptEnabled: false }, async (page) => {
      const main = await page.getByRole("main").innerText();
      expect(main).toMatch(/1.110/u);
      expect(main).toMatch(/1.100–1.250/u);
      expect(main).toContain("Provisional.");
      expect(main).toContain("Base limits when all axes are loaded at once (resource).");
      expect(main).toContain("Watch it live");
      const table = page.getByRole("table", { name: "Capacity on the five axes" });
      expect(await table.getByRole("row").count()).toBe(7);
      expect(await page.getByRole("img", { name: /Capacity in reference Units/ }).count()).toBe(1);
      expect(await page.locator(".pentagon .previous").count()).toBe(1);
    });
  });

  test("the run names the window that broke each axis", async () => {
    await visit(`/runs/${SAMPLE_IDS.latest}`, {}, async (page) => {
      expect(await page.locator('tr[data-tone="broke"]').count()).toBe(5);
      await page.getByRole("link", { name: /window 11/ }).click();
      expect(page.url()).toContain("#window-11");
    });
  });

  test("the report comes as the JSON it was stored as", async () => {
    const answer = await fetch(`${dashboard.url}/runs/${SAMPLE_IDS.latest}/report.json`);
    expect(answer.headers.get("content-disposition")).toContain("attachment");
    expect(Report.parse(await answer.json()).grade.letter).toBe("B");
  });

  test("an unknown run is a 404", async () => {
    expect((await fetch(`${dashboard.url}/runs/nobody`)).status).toBe(404);
    expect((await fetch(`${dashboard.url}/runs/nobody/report.json`)).status).toBe(404);
    expect((await fetch(`${dashboard.url}/runs/nobody/live/data`)).status).toBe(404);
  });

  test("pages forbid framing, sniffing and foreign scripts, and say no secret", async () => {
    const answer = await fetch(dashboard.url);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("same-origin");
    const html = await answer.text();
    for (const secret of Object.values(store.env).filter((value) => value.length > 12)) {
      expect(html).not.toContain(secret);
    }
  });

  test("the theme is chosen and kept, with and without scripts", async () => {
    for (const javaScriptEnabled of [true, false]) {
      await visit("/runs", { javaScriptEnabled, colorScheme: "light" }, async (page) => {
        const root = page.locator("html");
        await page.waitForLoadState("networkidle");
        await page.getByRole("button", { name: "Dark" }).click();
        await page.locator('html[data-theme="dark"]').waitFor();
        await page.reload();
        expect(await root.getAttribute("data-theme")).toBe("dark");
        expect(page.url()).toBe(`${dashboard.url}/runs`);
      });
    }
  });

  test("times are told in the reader's own time", async () => {
    await visit("/runs", { timezoneId: "Asia/Kolkata" }, async (page) => {
      const local = page.getByText(/\d\d:\d\d \+5\.5/).first();
      await local.waitFor();
      expect(await local.getAttribute("title")).toMatch(/UTC$/);
    });
  });

  test("the live screen loads itself anew where scripts are off", async () => {
    await beat();
    const html = await (await fetch(`${dashboard.url}/runs/${SAMPLE_IDS.running}/live`)).text();
    expect(html).toMatch(/<noscript><meta http-equiv="refresh" content="3"\/?><\/noscript>/i);
  });

  test("the live screen follows the run and leaves when it is over", async () => {
    await beat();
    await visit(`/runs/${SAMPLE_IDS.running}/live`, {}, async (page) => {
      const closed = page.getByText(/^\d+ closed$/);
      const before = await closed.innerText();
      const later = sampleRows(nowMs + 40_000, RUNNING_FOR_MS + 40_000);
      const newTrials = later.trials.filter(
        (trial) =>
          trial.runId === SAMPLE_IDS.running &&
          !rows.trials.some((t) => t.runId === trial.runId && t.index === trial.index),
      );
      for (const trial of newTrials) writer.write("trials", trial);
      await beat();
      await page.getByText(`${Number.parseInt(before, 10) + newTrials.length} closed`).waitFor();
      revision += 1;
      writer.write(
        "runs",
        laterRun(rows, {
          revision,
          state: "finished",
          verdict: "interrupted",
          reason: "stopped by hand",
          endedAtMs: Date.now(),
        }),
      );
      await writer.flush();
      await page.getByRole("heading", { level: 1, name: /STOPPED/ }).waitFor();
      expect(page.url()).toBe(`${dashboard.url}/runs/${SAMPLE_IDS.running}`);
    });
  });
});

/** How far the page is wider than the window. Runs in the browser. */
const overflow = () => document.documentElement.scrollWidth - window.innerWidth;

/** Sum of layout shifts so far. Runs in the browser. */
const shifted = () => Number(document.documentElement.dataset["shifted"] ?? 0);

/** Runs in the browser. */
const watchShifts = () => {
  new PerformanceObserver((list) => {
    const sum = list
      .getEntries()
      .reduce((total, entry) => total + ("value" in entry ? Number(entry.value) : 0), 0);
    const { dataset } = document.documentElement;
    dataset["shifted"] = String(Number(dataset["shifted"] ?? 0) + sum);
  }).observe({ type: "layout-shift", buffered: true });
};
