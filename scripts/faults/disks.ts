import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Case, type Ended, type Fault, faultsOfText, jsonOf, leftovers, type Outcome, run, type Size, type StartOptions, unless, writeJob } from "./harness.ts"; // biome-ignore format: a list
import { STRAINED, TINY } from "./jobs.ts";

/** What a full disk does not take: a name in the run's folder that leads to /dev/full. */
const FULL = "full";

interface FullDisk {
  readonly name: string;
  readonly job?: object;
  /** Behind `stillwave`; a word that begins with `full` is a file on a full disk. */
  readonly words: readonly string[];
  readonly options?: StartOptions;
  readonly code: 0 | 1;
  /** Where the finished result is: on one of the streams, or in a file. */
  readonly result: (ended: Ended, folder: string) => boolean;
  /** What has to be said. */
  readonly said: RegExp;
}

const isJson = (text: string): boolean =>
  /"converged": ?true/.test(text) || /"(kpoints|energies|runs)": /.test(text);
const isPrinted = ({ out }: Ended): boolean => isJson(out);
const isFile = (name: string) => (_: Ended, folder: string) => jsonOf(folder, name) !== undefined;
const TOLD = /result: .*full\.json could not be written \(ENOSPC: no space left on device\)/;
/** Files of more than so many KiB are too large for it. */
const limit = (size: number): StartOptions => ({ before: `ulimit -f ${size};` });

const DISKS: readonly FullDisk[] = [
  {
    name: "scf --out",
    words: ["scf", "job.json", "--out", "full.json"],
    code: 1,
    result: isPrinted,
    said: TOLD,
  },
  {
    name: "scf --checkpoint",
    words: ["scf", "job.json", "--checkpoint", "full.json", "--out", "result.json"],
    code: 0,
    result: isFile("result.json"),
    said: /warning: checkpoint: .*full\.json could not be written \(ENOSPC/,
  },
  {
    name: "scf --plot and --density",
    words: ["scf", "job.json", "--density", "full.cube", "--plot", "full.svg", "--out", "result.json"],
    code: 1,
    result: isFile("result.json"),
    said: /density: .*full\.cube could not be written .*plot: .*full\.svg could not be written/,
  },
  {
    name: "standard output, with a file",
    words: ["scf", "job.json", "--out", "result.json"],
    options: { after: "> /dev/full" },
    code: 1,
    result: isFile("result.json"),
    said: /standard output could not be written \(ENOSPC.*; it goes on here/,
  },
  {
    name: "standard output alone",
    words: ["scf", "job.json", "--json"],
    options: { after: "> /dev/full" },
    code: 1,
    result: ({ err }) => isJson(err),
    said: /standard output could not be written \(ENOSPC/,
  },
  {
    name: "relax --trajectory",
    job: STRAINED,
    words: ["relax", "job.json", "--out", "relaxed.json", "--trajectory", "full.extxyz"],
    code: 1,
    result: isFile("relaxed.json"),
    said: /trajectory: .*full\.extxyz could not be written/,
  },
  {
    name: "relax --out",
    job: STRAINED,
    words: ["relax", "job.json", "--out", "full.json"],
    code: 1,
    result: isPrinted,
    said: /relaxation: .*full\.json could not be written/,
  },
  {
    name: "bands --out",
    words: ["bands", "job.json", "--path", "GX", "--points", "4", "--out", "full.json"],
    code: 1,
    result: isPrinted,
    said: /bands: .*full\.json could not be written/,
  },
  { name: "dos --out", words: ["dos", "job.json", "--kgrid", "2,2,2", "--out", "full.json"], code: 1, result: isPrinted, said: /dos: .*full\.json could/ }, // biome-ignore format: a row
  { name: "dielectric --out", words: ["dielectric", "job.json", "--steps", "1", "--out", "full.json"], code: 1, result: isPrinted, said: TOLD }, // biome-ignore format: a row
  {
    name: "checkpoint larger than the limit",
    words: ["scf", "job.json", "--checkpoint", "state.json", "--out", "result.json"],
    options: limit(100),
    code: 0,
    result: isFile("result.json"),
    said: /warning: checkpoint: .*state\.json could not be written \(EFBIG/,
  },
  {
    name: "result larger than the limit",
    words: ["scf", "job.json", "--out", "result.json"],
    options: limit(2),
    code: 1,
    result: isPrinted,
    said: /result: .*result\.json could not be written \(EFBIG/,
  },
  {
    name: "comparison larger than the limit",
    words: ["compare", "job.json", "--mixings", "simple,kerker", "--out", "."],
    options: limit(2),
    code: 1,
    result: isPrinted,
    said: /comparison: .*compare\.json could not be written \(EFBIG/,
  },
];

const disk = ({ name, job = TINY, words, options, code, result, said }: FullDisk, threads: number): Case => ({
  name: `${name}, ${threads} threads`,
  async run(folder): Promise<Outcome> {
    writeJob(folder, job);
    for (const ending of ["json", "svg", "cube", "extxyz"])
      symlinkSync("/dev/full", join(folder, `${FULL}.${ending}`));
    const ended = await run([...words, "--threads", String(threads)], folder, options);
    const faults = [
      ...faultsOfText(ended),
      ...leftovers(folder),
      ...unless(
        [ended.code === code, `exit code ${ended.code ?? ended.signal}, not ${code}`],
        [said.test(ended.err), `no word of ${said} in ${ended.err.slice(-400)}`],
      ),
    ];
    return { faults, lost: result(ended, folder) ? 0 : 1 };
  },
});

/** Disks that are full, and files that are too large. */
export const disks = ({ isShort }: Size): Fault[] => [
  {
    name: "full disk",
    how: "files and standard output that lead to `/dev/full`, files larger than `ulimit -f`, 1 and 2 threads",
    cases: isShort
      ? [1, 3, 11].map((i, n) => disk(DISKS[i]!, 1 + (n % 2)))
      : DISKS.flatMap((each) => [1, 2].map((n) => disk(each, n))),
  },
];
