import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** What a run takes: steps, processor seconds, largest resident memory of its process. */
export interface Taken {
  readonly steps: number;
  readonly seconds: number;
  /** Processor seconds of the steps after the first, for each. */
  readonly secondsPerStep: number;
  readonly bytes: number;
}

const address = (file: string) => JSON.stringify(pathToFileURL(`dist/${file}`).href);

/** The run as it is installed, without what executes TypeScript. */
const RUN = `
  const [job, threads] = process.argv.slice(1);
  (await import(${address("kernels/wasm/enable-fma.js")})).enableRelaxedSimd();
  const { runScf } = await import(${address("index.js")});
  const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
  const ends = [];
  await runScf(JSON.parse(job), { threads: Number(threads), onStep: () => { ends.push(spent()); } });
  console.log(JSON.stringify({
    steps: ends.length,
    seconds: spent(),
    secondsPerStep: (ends.at(-1) - ends[0]) / (ends.length - 1),
    bytes: process.resourceUsage().maxRSS * 1024,
  }));
`;

/** Runs a job in a process of its own. @throws Error if it fails. */
export function takenBy(job: unknown, threads = 1): Taken {
  if (!existsSync("dist/index.js")) throw new Error("bench: run npm run build first");
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", RUN, JSON.stringify(job), `${threads}`],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`bench: a run failed: ${stderr}`);
  return JSON.parse(stdout) as Taken;
}
