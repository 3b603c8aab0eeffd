import { gzipSync } from "node:zlib";
import { chromium, type Page, type Response } from "playwright-core";
import { LAUNCH, serve } from "../../test/browser.ts";

/** What is done with the page, in this order. */
export const STAGES = ["load", "run", "slice", "cancel", "bands", "certificate"] as const;
export type Stage = (typeof STAGES)[number];

/** Figures of the page from Chromium's own trace. */
export interface PageFigures {
  /** From the start of the navigation, nothing cached [ms]. */
  readonly firstPaint: number;
  /** The job is read, its crystal shown, and buttons answer [ms]. */
  readonly interactive: number;
  /** The first step of an iteration, and the last of three mixings, run at once [ms]. */
  readonly firstStep: number;
  readonly firstResult: number;
  /** What was loaded before the first run, each file compressed by gzip [B]. */
  readonly bytes: number;
  readonly files: number;
  /** Longest task of the page's main thread in each stage: by the clock and of its processor [ms]. */
  readonly longest: Readonly<Record<Stage, { readonly wall: number; readonly processor: number }>>;
}

/** What of Chromium's trace events is read here; times in µs. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Processor time of the thread. */
  readonly tdur?: number;
  readonly args: { readonly data?: { readonly navigationId?: string; readonly documentLoaderURL?: string } };
}

/** Time after a picture is put into the page in which it is laid out and painted [µs]. */
const PAINTING = 500e3;

/** Marks when something appears in the page, by its own clock, without asking it again and again. */
const WATCH = `for (const [name, selector, done] of [["step", "#scf-runs", /step \\d/], ["slice", "#scf-density", /./],
  ["result", "#scf-message", /fewest steps/], ["ready", "#job-facts", /./]]) {
  const observer = new MutationObserver(() => {
    if (!done.test(document.querySelector(selector).textContent)) return;
    performance.mark("stillwave-" + name);
    observer.disconnect();
  });
  addEventListener("DOMContentLoaded", () =>
    observer.observe(document.querySelector(selector), { childList: true, subtree: true, characterData: true }));
}`;

/**
 * Opens a built page in a new browser, runs its silicon, stops a slab, encloses bands and verifies
 * their certificate, all under one trace.
 */
export async function pageFigures(folder: string): Promise<PageFigures> {
  for (let left = ATTEMPTS; ; left--)
    try {
      return await traced(folder);
    } catch (error) {
      if (!(error instanceof IncompleteTrace) || left === 1) throw error;
    }
}

const ATTEMPTS = 3;

/** On a busy machine Chromium now and then leaves out how a navigation began. */
class IncompleteTrace extends Error {
  override readonly name = "IncompleteTrace";
}

async function traced(folder: string): Promise<PageFigures> {
  const served = await serve(folder, true);
  const browser = await chromium.launch(LAUNCH);
  try {
    const page = await browser.newPage();
    const bodies: Promise<Buffer>[] = [];
    const keep = (response: Response): void => void bodies.push(response.body());
    page.context().on("response", keep);
    await page.addInitScript(WATCH);
    await browser.startTracing(page, {
      categories: ["toplevel", "loading", "devtools.timeline", "blink.user_timing"],
    });
    await page.goto(`${served.address}/index.html`);
    await page.locator("#job-facts:not(:empty)").waitFor();
    // What comes after the load may end with the browser, unread.
    page.context().off("response", keep);
    const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body, { level: 9 }).length);
    await work(page);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: readonly TraceEvent[];
    };
    return {
      ...figuresOf(traceEvents, served.address),
      bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
      files: sizes.length,
    };
  } finally {
    await browser.close();
    served.close();
  }
}

/** The stages after the load; each begins with a mark. */
async function work(page: Page): Promise<void> {
  const begin = (stage: Stage): Promise<unknown> =>
    page.evaluate(`performance.mark("stillwave-${stage}-begins")`);
  const shown = (selector: string, hasText: string | RegExp): Promise<void> =>
    page.locator(selector, { hasText }).waitFor({ timeout: 170_000 });
  await begin("run");
  await page.click("#scf-run");
  await shown("#scf-message", "fewest steps");
  await page.locator("#scf-density svg").first().waitFor();
  await page.selectOption("#example", "aluminium-slab-10");
  await shown("#job-facts", "60 electrons");
  await page.click("#scf-run");
  await shown("#scf-runs", /step [2-9]/);
  await begin("cancel");
  await page.click("#scf-stop");
  await shown("#scf-message", "Stopped");
  await begin("bands");
  await page.click("#tab-bands");
  await page.click("#panel-bands button[data-example]");
  await shown("#job-facts", "fixed Hamiltonian");
  await page.fill("#bands-path", "LGX");
  await page.fill("#bands-points", "15");
  await page.click("#bands-run");
  await shown("#bands-message", "guaranteed: within");
  await begin("certificate");
  await page.click("#certificate-run");
  await shown("#certificate-message", "Valid: all");
}

function figuresOf(events: readonly TraceEvent[], address: string): Omit<PageFigures, "bytes" | "files"> {
  const found = (name: string, isIt: (event: TraceEvent) => boolean = () => true): TraceEvent => {
    const event = events.find((each) => each.name === name && isIt(each));
    if (event === undefined)
      throw new IncompleteTrace(`the trace has no ${name}; or this Chromium names it otherwise`);
    return event;
  };
  const at = (name: string): number => found(name).ts;
  // A new tab has a navigation and a paint of its own.
  const navigation = found(
    "navigationStart",
    ({ args }) => !!args.data?.documentLoaderURL?.startsWith(address),
  );
  const { navigationId } = navigation.args.data!;
  const paint = found("firstPaint", ({ args }) => args.data?.navigationId === navigationId);
  const start = navigation.ts;
  const tasks = events.filter(
    ({ name, pid, tid }) =>
      name === "ThreadControllerImpl::RunTask" && pid === paint.pid && tid === paint.tid,
  );
  const slice = at("stillwave-slice");
  const begins: Readonly<Record<Stage, number>> = {
    load: start,
    run: at("stillwave-run-begins"),
    slice,
    cancel: at("stillwave-cancel-begins"),
    bands: at("stillwave-bands-begins"),
    certificate: at("stillwave-certificate-begins"),
  };
  const ends = [
    begins.run,
    slice,
    slice + PAINTING,
    begins.bands,
    begins.certificate,
    Number.POSITIVE_INFINITY,
  ];
  const longest = STAGES.map((stage, i) => {
    const within = tasks.filter(({ ts, dur = 0 }) => ts + dur >= begins[stage] && ts < ends[i]!);
    const most = (time: (task: TraceEvent) => number): number => Math.max(...within.map(time)) / 1e3;
    return [stage, { wall: most(({ dur = 0 }) => dur), processor: most(({ tdur = 0 }) => tdur) }] as const;
  });
  const since = (time: number): number => (time - start) / 1e3;
  return {
    firstPaint: since(paint.ts),
    interactive: since(at("stillwave-ready")),
    firstStep: since(at("stillwave-step")),
    firstResult: since(at("stillwave-result")),
    longest: Object.fromEntries(longest) as PageFigures["longest"],
  };
}
