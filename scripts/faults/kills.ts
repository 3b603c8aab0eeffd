import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../../src/common/random.ts";
import { WATCHED, type Watched } from "./commands.ts";
import { type Case, type Fault, faultsOfText, jsonOf, leftovers, type Outcome, run, type Size, start, unless, writeJob } from "./harness.ts"; // biome-ignore format: a list

/** What a run finds that nothing happens to. */
interface Reference {
  readonly seconds: number;
  readonly numbers: readonly number[];
  readonly pieces: number;
  /** What follows from the ground state, if anything does. */
  readonly piecesAfter: number;
}

async function reference({ job, words, result, kept, after, numbers }: Watched): Promise<Reference> {
  const folder = mkdtempSync(join(tmpdir(), "stillwave-faults-"));
  try {
    writeJob(folder, job);
    const { code, out, err, seconds } = await run([...words, "--threads", "1"], folder);
    if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code} before any fault: ${err}`);
    return {
      seconds,
      numbers: numbers(jsonOf(folder, result)),
      pieces: (await kept(folder))!,
      piecesAfter: after?.told(out + err) ?? 0,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const differ = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length ? Math.max(0, ...a.map((x, i) => Math.abs(x - b[i]!))) : Number.POSITIVE_INFINITY;

/** Kills a run, looks at what it left, and goes on from there. */
async function killed(
  command: Watched,
  { seconds, numbers, pieces, piecesAfter }: Reference,
  threads: number,
  at: number,
  folder: string,
): Promise<Outcome> {
  const { job, words, state, result, told, kept, after } = command;
  writeJob(folder, job);
  const all = [...words, "--threads", String(threads)];
  let [moment, text] = [at, ""];
  for (;;) {
    const { child, ended } = start(all, folder);
    const timer = setTimeout(() => child.kill("SIGKILL"), 1000 * seconds * moment);
    const { signal, out, err } = await ended;
    clearTimeout(timer);
    text = out + err;
    if (signal === "SIGKILL") break;
    moment *= 0.7; // it was faster this time
    for (const name of [state, `${state}.${command.name}.pieces`, result])
      rmSync(join(folder, name), { force: true });
  }
  const before = await kept(folder);
  if (before === undefined) return { faults: [`${state} is damaged`], lost: told(text) };
  const piecesBefore = after?.kept(folder) ?? 0;
  // a step is told before its state is written, a k-point afterwards
  const lost = Math.max(0, told(text) - before - 1) + Math.max(0, (after?.told(text) ?? 0) - piecesBefore);
  const again = await run([...all, ...(before === 0 ? [] : ["--restart", state])], folder);
  const found = jsonOf(folder, result);
  const off = found === undefined ? Number.NaN : differ(command.numbers(found), numbers);
  const made = (await kept(folder)) ?? 0;
  const piecesMade = after?.isToldAgain === false ? piecesBefore + after.told(again.out + again.err) : 0;
  const faults = [
    ...faultsOfText(again),
    ...leftovers(folder),
    ...unless(
      [again.code === 0, `the next run ended with ${again.code ?? again.signal}: ${again.err.slice(-300)}`],
      [off <= command.within, `what it found is off by ${off}`],
      [piecesMade <= piecesAfter, `${piecesMade} k-points solved where ${piecesAfter} are enough`],
      [!existsSync(join(folder, `${state}.${command.name}.pieces`)), "its pieces were left behind"],
      // from a state without orbitals an iteration may take two steps more
      [made <= pieces + 2, `${made} pieces of work where ${pieces} are enough`],
    ),
  ];
  return { faults, lost };
}

/** Commands of the short form: those whose state files are made in different ways. */
const FEW: readonly string[] = ["scf", "bands", "relax"];

/** kill -9 at random moments of every command. */
export async function kills({ isShort, seed }: Size): Promise<Fault[]> {
  const { uniform } = random(seed);
  const times = isShort ? 1 : 26;
  const faults: Fault[] = [];
  for (const command of WATCHED.filter(({ name }) => !isShort || FEW.includes(name))) {
    const known = await reference(command);
    const cases = Array.from({ length: times }, (_, i): Case => {
      const [threads, at] = [1 + (i % 2), uniform()];
      return {
        name: `${threads} threads, at ${at.toFixed(3)} of the time`,
        run: (folder) => killed(command, known, threads, at, folder),
      };
    });
    faults.push({
      name: `kill -9 of \`${command.name}\``,
      how: "SIGKILL at a random moment, 1 and 2 threads in turn; then `--restart`",
      cases,
    });
  }
  return faults;
}
