import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { requireInput } from "../src/common/failure.ts";
import { hasChromium } from "../test/browser.ts";
import { command } from "./harness/command.ts";
import { pageFigures, STAGES } from "./harness/page-figures.ts";

const USAGE = `npx tsx bench/page.ts [--times 3]
The page of web/, built and opened in a new headless Chromium as often as asked for: times from the start of the navigation,
what is loaded before the first run, and the longest task of the main thread in each stage, from Chromium's own trace.`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return console.log(USAGE);
  requireInput(hasChromium, () => "chromium: must be installed at /usr/bin/chromium, it is not");
  const times = Number(args.includes("--times") ? args[args.indexOf("--times") + 1] : 3);
  const folder = mkdtempSync(join(tmpdir(), "stillwave-page-"));
  try {
    await build({ configFile: "web/vite.config.ts", logLevel: "error", build: { outDir: folder } });
    const runs: Awaited<ReturnType<typeof pageFigures>>[] = [];
    for (let i = 0; i < times; i++) runs.push(await pageFigures(folder));
    const row = (name: string, value: (run: (typeof runs)[number]) => string): void =>
      console.log(`| ${name} | ${runs.map(value).join(" | ")} |`);
    const seconds = (time: number): string => `${(time / 1e3).toFixed(2)} s`;
    row("cold", (run) => String(runs.indexOf(run) + 1));
    console.log(`|---|${"---:|".repeat(times)}`);
    row("first paint", ({ firstPaint }) => seconds(firstPaint));
    row("job read, crystal shown", ({ interactive }) => seconds(interactive));
    row("first step of an iteration", ({ firstStep }) => seconds(firstStep));
    row("three mixings done", ({ firstResult }) => seconds(firstResult));
    row(
      "loaded before the first run",
      ({ bytes, files }) => `${(bytes / 1e6).toFixed(2)} MB, ${files} files`,
    );
    for (const stage of STAGES)
      row(`longest task: ${stage}`, ({ longest }) => {
        const { wall, processor } = longest[stage];
        return `${wall.toFixed(0)} ms (${processor.toFixed(0)})`;
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await command(() => main(process.argv.slice(2)));
