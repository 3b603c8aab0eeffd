import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Case, type Fault, faultsOfRefusal, faultsOfText, jsonOf, leftovers, once, run, type Size, start, stepsKept, unless, writeJob } from "./harness.ts"; // biome-ignore format: a list
import { PATIENT, TINY } from "./jobs.ts";

interface Result {
  readonly converged: boolean;
}
const isWhole = (folder: string, name: string): boolean => jsonOf<Result>(folder, name)?.converged === true;
const text = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");
const ONE = ["--threads", "1"];

/** A run that has to be refused before it works, with the job as it was. */
const refused = (
  name: string,
  words: readonly string[],
  pattern: RegExp,
  prepare: (folder: string) => void = () => {},
): Case => ({
  name,
  async run(folder) {
    writeJob(folder, TINY);
    const before = text(folder, "job.json");
    prepare(folder);
    const ended = await run(["scf", "job.json", ...words], folder);
    const lost = text(folder, "job.json") === before ? 0 : 1;
    return { faults: [...faultsOfRefusal(ended, 2, pattern), ...leftovers(folder)], lost };
  },
});

const LONG = "n".repeat(300);
const link =
  (make: (target: string, path: string) => void, target: string, name: string) =>
  (folder: string): void =>
    make(make === symlinkSync ? target : join(folder, target), join(folder, name));

/** Ways to give a file a second name. */
const LINKING = [
  ["symbolic", symlinkSync],
  ["hard", linkSync],
] as const;

const REFUSED: readonly Case[] = [
  refused("--out is the job", ["--out", "job.json"], /--out: must be another file than the job/),
  ...LINKING.map(([kind, make]) =>
    refused(
      `--out is the job by a ${kind} link`,
      ["--out", "again.json"],
      /--out: must be another file than the job/,
      link(make, "job.json", "again.json"),
    ),
  ),
  refused(
    "--out and --checkpoint are one",
    ["--out", "a.json", "--checkpoint", "./a.json"],
    /--checkpoint: must be another file than that of --out/,
  ),
  ...LINKING.map(([kind, make]) =>
    refused(
      `--out and --checkpoint are one by a ${kind} link`,
      ["--out", "a.json", "--checkpoint", "b.json"],
      /must be another file than that of --\w+, got/,
      (folder) => {
        writeFileSync(join(folder, "a.json"), "");
        link(make, "a.json", "b.json")(folder);
      },
    ),
  ),
  refused(
    "--out and --checkpoint are one by a linked folder",
    ["--out", "a.json", "--checkpoint", "there/a.json"],
    /must be another file than that of --\w+, got/,
    (folder) => symlinkSync(".", join(folder, "there")),
  ),
  refused("a name that is too long, --out", ["--out", `${LONG}.json`], /--out: must be .* name too long/),
  refused(
    "a name that is too long, --checkpoint",
    ["--checkpoint", LONG],
    /--checkpoint: must be .* name too long/,
  ),
  refused("a name that is too long, --plot", ["--plot", `${LONG}.svg`], /--plot: must be .* name too long/),
  refused(
    "a folder that is none",
    ["--out", "no/such.json"],
    /--out: must be in a folder that can be written/,
  ),
  refused("a folder as a file", ["--out", "there"], /--out: must be a file, got the folder/, (folder) =>
    mkdirSync(join(folder, "there")),
  ),
];

/** Who reads less than is written ends nothing that has a file to write. */
const PIPES: readonly Case[] = [1, 2].flatMap((threads): Case[] => [
  {
    name: `head -1, ${threads} threads`,
    async run(folder) {
      writeJob(folder, TINY);
      const words = ["scf", "job.json", "--out", "result.json", "--threads", String(threads)];
      const ended = await run(words, folder, { after: `| head -1; exit "\${PIPESTATUS[0]}"` });
      const faults = [...faultsOfText(ended), ...unless([ended.code === 0, `exit code ${ended.code}`])];
      return { faults, lost: isWhole(folder, "result.json") ? 0 : 1 };
    },
  },
  {
    name: `FIFO, ${threads} threads`,
    async run(folder) {
      writeJob(folder, TINY);
      execFileSync("mkfifo", [join(folder, "pipe")]);
      const words = ["scf", "job.json", "--out", "pipe", "--threads", String(threads)];
      const ended = await run(words, folder, {
        before: "cat pipe > got.json &",
        after: "; code=$?; wait; exit $code",
      });
      const isPipe = statSync(join(folder, "pipe")).isFIFO();
      const faults = [
        ...faultsOfText(ended),
        ...unless([ended.code === 0, `exit code ${ended.code}`], [isPipe, "the FIFO is none any more"]),
      ];
      return { faults, lost: isWhole(folder, "got.json") ? 0 : 1 };
    },
  },
]);

/** A system that opens so few files either lets a run work or refuses it in a line. */
const DESCRIPTORS: readonly Case[] = [20, 24, 28, 32, 40, 48, 56, 64, 80, 96].flatMap((most) =>
  [1, 2].map(
    (threads): Case => ({
      name: `${most} descriptors, ${threads} threads`,
      async run(folder) {
        writeJob(folder, TINY);
        const words = ["scf", "job.json", "--quiet", "--out", "result.json", "--threads", String(threads)];
        const ended = await run(words, folder, { before: `ulimit -n ${most};` });
        if (ended.code === 0)
          return { faults: faultsOfText(ended), lost: isWhole(folder, "result.json") ? 0 : 1 };
        return { faults: faultsOfRefusal(ended, 1, /EMFILE|too many open files/), lost: 0 };
      },
    }),
  ),
);

/** What is replaced is replaced whole, where its link leads, with its permissions. */
const LINKS: readonly Case[] = [
  {
    name: "a link to a file elsewhere",
    async run(folder) {
      writeJob(folder, TINY);
      mkdirSync(join(folder, "there"));
      writeFileSync(join(folder, "there/old.json"), "{}", { mode: 0o640 });
      symlinkSync("there/old.json", join(folder, "result.json"));
      const ended = await run(["scf", "job.json", "--out", "result.json", ...ONE], folder);
      const mode = statSync(join(folder, "there/old.json")).mode & 0o777;
      const faults = [...faultsOfText(ended), ...unless([mode === 0o640, `mode ${mode.toString(8)}`])];
      return { faults, lost: isWhole(folder, "there/old.json") ? 0 : 1 };
    },
  },
  {
    name: "a file that may only be read",
    async run(folder) {
      writeJob(folder, TINY);
      writeFileSync(join(folder, "result.json"), '{ "converged": true }');
      chmodSync(join(folder, "result.json"), 0o444);
      const ended = await run(["scf", "job.json", "--out", "result.json", ...ONE], folder);
      const mode = statSync(join(folder, "result.json")).mode & 0o777;
      const faults = [...faultsOfText(ended), ...unless([mode === 0o444, `mode ${mode.toString(8)}`])];
      return { faults, lost: isWhole(folder, "result.json") ? 0 : 1 };
    },
  },
  {
    name: "a job that may only be read",
    async run(folder) {
      writeJob(folder, TINY);
      chmodSync(join(folder, "job.json"), 0o444);
      const ended = await run(["scf", "job.json", "--out", "result.json", ...ONE], folder);
      return { faults: faultsOfText(ended), lost: isWhole(folder, "result.json") ? 0 : 1 };
    },
  },
];

const FOLDERS: readonly Case[] = [
  {
    name: "deleted before the run",
    async run(folder) {
      mkdirSync(join(folder, "gone"));
      writeJob(folder, TINY);
      const ended = await run(["scf", join(folder, "job.json"), "--out", "result.json"], folder, {
        before: "cd gone; rmdir ../gone;",
      });
      return { faults: faultsOfRefusal(ended, 2, /working folder: must exist/), lost: 0 };
    },
  },
  ...[1, 2].map(
    (threads): Case => ({
      name: `deleted during the run, ${threads} threads`,
      async run(folder) {
        const there = join(folder, "gone");
        mkdirSync(there);
        writeJob(there, PATIENT);
        const words = ["scf", "job.json", "--out", "result.json", "--checkpoint", "state.json"];
        const ended = await run([...words, "--threads", String(threads)], there, {
          onText: once(/\n +3 +-/, () => {
            // Under another name nothing new comes into it while it is removed.
            renameSync(there, `${there}.old`);
            rmSync(`${there}.old`, { recursive: true, force: true, maxRetries: 5 });
          }),
        });
        const faults = [...faultsOfText(ended), ...unless([ended.code === 1, `exit code ${ended.code}`])];
        return { faults, lost: /"converged": true/.test(ended.out) ? 0 : 1 };
      },
    }),
  ),
];

/** A worker that ends is an error, with the state of the last step in its file. */
const WORKERS: readonly Case[] = [100, 300, 600, 1000].flatMap((after) =>
  [0, 7].map(
    (code): Case => ({
      name: `a worker ends with ${code} after ${after} ms`,
      async run(folder) {
        writeJob(folder, PATIENT);
        writeFileSync(
          join(folder, "end.mjs"),
          `import { isMainThread } from "node:worker_threads";\nif (!isMainThread) setTimeout(() => process.exit(${code}), ${after});\n`,
        );
        const words = ["scf", "job.json", "--quiet", "--checkpoint", "state.json", "--threads", "2"];
        const ended = await run(words, folder, {
          env: { NODE_OPTIONS: `--import ${join(folder, "end.mjs")}` },
        });
        const kept = await stepsKept(folder, "state.json");
        const faults = [...faultsOfRefusal(ended, 1, /worker thread ended/), ...leftovers(folder)];
        return { faults, lost: kept === undefined ? 1 : 0 };
      },
    }),
  ),
);

const TOGETHER: readonly Case[] = [
  {
    name: "a second run on one checkpoint",
    async run(folder) {
      writeJob(folder, PATIENT);
      const words = ["scf", "job.json", "--checkpoint", "state.json", ...ONE];
      let second: Promise<string[]> | undefined;
      const first = start([...words, "--out", "first.json"], folder, {
        onText: once(/\n +3 +-/, () => {
          second = run(words, folder).then((ended) =>
            faultsOfRefusal(ended, 2, /must be a file that no other run writes/),
          );
        }),
      });
      const ended = await first.ended;
      const faults = [
        ...faultsOfText(ended),
        ...((await second) ?? ["the second run did not begin"]),
        ...leftovers(folder),
        ...unless([ended.code === 0, `the first run ended with ${ended.code}`]),
      ];
      return { faults, lost: isWhole(folder, "first.json") ? 0 : 1 };
    },
  },
];

/** Pipes, names, links, folders, descriptors, workers. */
export const paths = ({ isShort }: Size): Fault[] => {
  const some = (cases: readonly Case[], every: number) =>
    isShort ? cases.filter((_, i) => i % every === 0) : cases;
  return [
    {
      name: "closed pipe, FIFO",
      how: "`\\| head -1`, a FIFO as `--out`, 1 and 2 threads",
      cases: some(PIPES, 3),
    },
    {
      name: "files that are one, names that cannot be",
      how: "`--out` on the job or on `--checkpoint` by links, a name of 300 letters, folders",
      cases: some(REFUSED, 4),
    },
    {
      name: "links and permissions",
      how: "a link to a file of mode 640, files of mode 444",
      cases: some(LINKS, 3),
    },
    {
      name: "low descriptors",
      how: "`ulimit -n` from 20 to 96, 1 and 2 threads",
      cases: some(DESCRIPTORS, 8),
    },
    {
      name: "deleted folder",
      how: "the working folder is removed before the run and at its third step",
      cases: some(FOLDERS, 2),
    },
    {
      name: "worker that ends",
      how: "a worker thread calls `exit` with 0 or 7 after 0.1 to 1 s",
      cases: some(WORKERS, 6),
    },
    {
      name: "two runs, one checkpoint",
      how: "a second run on the checkpoint of one that works",
      cases: some(TOGETHER, 2),
    },
  ];
};
