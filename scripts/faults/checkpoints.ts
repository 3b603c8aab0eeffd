import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../../src/common/random.ts";
import { type Case, type Fault, faultsOfRefusal, faultsOfText, jsonOf, run, type Size, unless, writeJob } from "./harness.ts"; // biome-ignore format: a list
import { PATIENT, TINY } from "./jobs.ts";

/** The checkpoint of a whole run. */
async function checkpoint(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "stillwave-faults-"));
  try {
    writeJob(folder, TINY);
    const { code, err } = await run(
      ["scf", "job.json", "--checkpoint", "state.json", "--threads", "1"],
      folder,
    );
    if (code !== 0) throw new Error(`no checkpoint to damage: ${err}`);
    return readFileSync(join(folder, "state.json"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bits flipped and ends cut off: every damage is told, in a line. */
async function damaged({ isShort, seed }: Size): Promise<Fault[]> {
  const { uniform } = random(seed + 1);
  const whole = await checkpoint();
  const below = (n: number) => Math.floor(uniform() * n);
  const refused = (name: string, bytes: Buffer): Case => ({
    name,
    async run(folder) {
      writeJob(folder, TINY);
      writeFileSync(join(folder, "state.json"), bytes);
      const ended = await run(["scf", "job.json", "--restart", "state.json", "--threads", "1"], folder);
      return { faults: faultsOfRefusal(ended, 2, /checkpoint: must be/), lost: 0 };
    },
  });
  const times = isShort ? 2 : 30;
  const flipped = Array.from({ length: times }, () => {
    const [at, bit] = [below(whole.length), below(8)];
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1 << bit;
    return refused(`bit ${bit} of byte ${at}`, bytes);
  });
  const cut = Array.from({ length: times }, () => {
    const length = below(whole.length);
    return refused(`${length} bytes of ${whole.length}`, whole.subarray(0, length));
  });
  return [
    { name: "damaged checkpoint, a bit", how: "one random bit flipped, then `--restart`", cases: flipped },
    { name: "damaged checkpoint, cut short", how: "random length, then `--restart`", cases: cut },
  ];
}

/** A run that stops after a step and goes on gives the digits of one that does not, with 1 and 2 threads. */
function digits({ seed }: Size): Fault[] {
  const { uniform } = random(seed + 2);
  const found = async (folder: string, threads: number, more: readonly string[]) => {
    const words = ["scf", "job.json", "--out", "result.json", "--checkpoint", "state.json", ...more];
    const ended = await run([...words, "--threads", String(threads)], folder);
    const { energies, fermiLevel, kpoints, forces, iterations } =
      jsonOf<Record<string, unknown>>(folder, "result.json") ?? {};
    return { ended, digits: JSON.stringify([energies, fermiLevel, kpoints, forces, iterations]) };
  };
  const cases = Array.from({ length: 12 }, (_, i): Case => {
    const [first, second] = i % 2 === 0 ? [1, 2] : [2, 1];
    const stopAt = 2 + Math.floor(uniform() * 60);
    return {
      name: `stopped at step ${stopAt} with ${first}, went on with ${second} threads`,
      async run(folder) {
        writeJob(folder, PATIENT);
        const whole = await found(folder, 1, []);
        const stopped = await found(folder, first!, ["--set", `scf.maxIterations=${stopAt}`]);
        const again = await found(folder, second!, ["--restart", "state.json"]);
        return {
          faults: [
            ...faultsOfText(stopped.ended),
            ...faultsOfText(again.ended),
            ...unless(
              [stopped.ended.code === 3, `the first part ended with ${stopped.ended.code}`],
              [again.digits === whole.digits, "other digits than in one go"],
            ),
          ],
          lost: 0,
        };
      },
    };
  });
  return [
    {
      name: "other threads after a stop",
      how: "stopped after a random step with 1 thread, `--restart` with 2, or the reverse: the same digits",
      cases,
    },
  ];
}

/** What becomes of checkpoints. */
export const checkpoints = async (size: Size): Promise<Fault[]> => [
  ...(await damaged(size)),
  ...(size.isShort ? [] : digits(size)),
];
