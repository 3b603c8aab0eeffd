import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import {
  localFourier,
  localFourierAt0Correction,
  nonlocalChannels,
  projectorFourier,
} from "../../src/atoms/pseudopotential-formulas.ts";
import { parsePseudopotential } from "../../src/atoms/read-pseudopotential.ts";
import { InputError, NotConvergedError } from "../../src/common/failure.ts";
import type { Random } from "../../src/common/random.ts";
import { checkpointChunks, readCheckpoint } from "../../src/io/checkpoint.ts";
import { parseJobFile } from "../../src/io/job-file.ts";
import { formatStructure, parseStructure } from "../../src/io/structures/structure-files.ts";
import { symmetricStructure } from "../../src/job/prepare/crystal.ts";
import { fixedHamiltonian } from "../../src/job/prepare/fixed-hamiltonian.ts";
import { jobCrystal } from "../../src/job/prepare/job-crystal.ts";
import { platformServices } from "../../src/job/prepare/platform.ts";
import { jobSizes } from "../../src/job/prepare/room/sizes.ts";
import { openSession } from "../../src/job/prepare/session.ts";
import { resolveStructure } from "../../src/job/prepare/structure.ts";
import { requireSelfConsistent } from "../../src/job/schema/checks.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { scfTask } from "../../src/job/tasks/scf/scf-task.ts";
import { verifyCertificate } from "../../src/job/tasks/verify/verify-certificate.ts";
import { toPsp8, toUpf } from "../atoms/pseudopotential-writers.ts";
import { example } from "../io/certificates.ts";
import { ALUMINIUM, SILICON } from "../systems.ts";
import { mutateText, mutateValue } from "./mutate.ts";

/** A right input, under a name that says its format. */
export interface Seed {
  readonly name: string;
  readonly text: string;
}

/** A kind of input. */
export interface Target {
  readonly name: string;
  /** Parts of all inputs: what takes longer is tried less. */
  readonly weight: number;
  seeds(): Promise<readonly Seed[]>;
  /** Makes a wrong input; without it texts are changed. */
  readonly mutate?: (seed: Seed, random: Random, other: Seed) => string;
  /** Reads an input as the commands do and returns all that was made of it. */
  run(text: string, name: string): Promise<unknown>;
}

const read = (folder: string, pattern: RegExp, atMost = 8000): Seed[] =>
  readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }))
    .filter(({ text }) => text.length <= atMost);

/** What a job names beside itself is there to be read. */
const readText = async (path: string): Promise<string> => {
  if (/\.(cif|xyz)$/.test(path)) return readFileSync("test/fixtures/io/odd/icsd.cif", "utf8");
  if (/\.upf$/.test(path)) return readFileSync("test/fixtures/cases/upf/html-inside.upf", "utf8");
  throw new InputError(`${path}: must be a readable file, it does not exist`);
};

/** A job up to where the long work would begin. */
async function prepared(value: unknown) {
  const session = await openSession(parseJob(value), { readText });
  requireSelfConsistent(session.job);
  const { model, operations, structure, warnings } = await jobCrystal(session);
  const room = { threads: 1, systemMemory: session.platform.systemMemory() };
  const { needs, memory, planeWaves } = jobSizes(session.job, model, operations, room);
  return { session, seen: [needs, memory, planeWaves, warnings, structure], needs };
}

const jobSeeds = (): Seed[] => [
  ...read("examples", /\.json$/),
  ...read("test/fixtures/cases", /\.json$/),
  { name: "file.json", text: JSON.stringify({ structure: { file: "a.cif" }, ecut: 5 }) },
];

/** Fields of JSON are changed as often as letters. */
const mutateJson = (seed: Seed, random: Random, other: Seed): string =>
  random.uniform() < 0.5
    ? mutateText(seed.text, random, other.text)
    : JSON.stringify(mutateValue(JSON.parse(seed.text), random), undefined, 1);

const jobs: Target = {
  name: "job",
  weight: 6,
  seeds: async () => jobSeeds(),
  mutate: mutateJson,
  run: async (text, name) => (await prepared(parseJobFile(text, name))).seen,
};

const tomlJobs: Target = {
  name: "job-toml",
  weight: 4,
  seeds: async () =>
    jobSeeds().map(({ name, text }) => ({
      name: name.replace(".json", ".toml"),
      text: stringify(JSON.parse(text)),
    })),
  run: async (text, name) => (await prepared(parseJobFile(text, name))).seen,
};

const HYDROGEN = {
  structure: {
    lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 6]], // biome-ignore format: a matrix
    atoms: [{ element: "H", position: [0, 0, 0], magneticMoment: 1 }],
  },
  ecut: 3,
  spin: "collinear",
};

/** Small jobs are run, a few steps each, with every way to mix among them. */
const runs: Target = {
  name: "run",
  weight: 1,
  seeds: async () =>
    [
      { ...SILICON, ecut: 2, kgrid: [1, 1, 1], bands: 5, kshift: [0, 0, 0], seed: 3, temperature: 0.01 },
      { ...SILICON, ecut: 2, kgrid: [1, 1, 1], scf: { accelerator: { name: "direct-minimisation" } } },
      {
        ...ALUMINIUM,
        ecut: 3,
        kgrid: [1, 1, 1],
        stress: true,
        scf: { mixing: { name: "ldos" }, damping: 0.8 },
      },
      { ...ALUMINIUM, ecut: 3, kgrid: [1, 1, 1], scf: { accelerator: { name: "adaptive-damping" } } },
      { ...ALUMINIUM, ecut: 3, kgrid: [1, 1, 1], scf: { mixing: { name: "kerker", kTF: 0.8 } } },
      HYDROGEN,
    ].map((job, i) => ({ name: `small-${i}.json`, text: JSON.stringify(job) })),
  mutate: ({ text }, random) => JSON.stringify(mutateValue(JSON.parse(text), random)),
  run: async (text, name) => {
    const { session, needs, seen } = await prepared(parseJobFile(text, name));
    const work = needs.gridPoints * needs.bands * needs.kpoints * (needs.spins ?? 1);
    if (work > 3e5) return seen;
    const { job } = session;
    const scf = { ...job.scf, maxIterations: Math.min(job.scf.maxIterations, 3) };
    return scfTask({ ...session, job: { ...job, scf } }, {});
  },
};

/** The structure of a file, its symmetry, and what it is after writing and reading. */
async function structure(text: string, name: string) {
  const found = await resolveStructure({ structure: { file: name } }, async () => text);
  if (found.atoms.length > 100) return found;
  const analyse = await (await platformServices()).analyseSymmetry();
  const symmetric = symmetricStructure(found, analyse, 1e-4);
  const written = ["a.extxyz", "a.cif", "a.vasp", "a.xsf"].map((to) => {
    const again = parseStructure(formatStructure(found, to), to);
    if (again.atoms.length !== found.atoms.length) throw new Error(`bug: ${to} lost atoms`);
    return again;
  });
  return [found, symmetric, written];
}

const ODD = "test/fixtures/io/odd";
const CASES = "test/fixtures/cases";
const structures = (format: string, pattern: RegExp, more: () => readonly Seed[] = () => []): Target => ({
  name: format,
  weight: 3,
  seeds: async () => [...read(ODD, pattern), ...read(CASES, pattern), ...more()],
  run: structure,
});

const silicon = () => findGth("Si", "gth-lda");
/** Everything that a Hamiltonian asks of a potential. */
function potential(text: string, element: string, file: string) {
  const p = parsePseudopotential(text, element, file);
  const q = [1e-3, 0.5, 2, 9];
  return [
    p.charge,
    p.name,
    localFourierAt0Correction(p),
    q.map((x) => localFourier(p, x)),
    nonlocalChannels(p).map(({ h }, l) => [
      h,
      h.map((_, i) => q.map((x) => projectorFourier(p, l, i + 1, x))),
    ]),
  ];
}
const GTH_FILE = `# potentials as CP2K has them
Si GTH-PADE-q4 GTH-LDA-q4 GTH-PADE GTH-LDA
    2    2
     0.44000000    1    -7.33610297
    2
     0.42273813    2     5.90692831    -1.26189397
                                        3.25819622
     0.48427842    1     2.72701346
#
Si GTH-PBE-q4 GTH-PBE
    2    2
     0.44000000    1    -6.26928833
    1
     0.43563383    2     8.95174150    -2.70627082
                                        3.49378060
`;
const potentials = (format: string, weight: number, seeds: () => readonly Seed[]): Target => ({
  name: format,
  weight,
  seeds: async () => seeds(),
  run: async (text, name) => potential(text, "Si", name),
});
/** Version 1 of UPF has no attributes. */
const UPF1 = `<PP_HEADER>
   0                   Version Number
  Si                   Element
   NC                  Norm - Conserving pseudopotential
    F                  Nonlinear Core Correction
 SLA  PZ   NOGX NOGC   PZ   Exchange-Correlation functional
    4.00000000000      Z valence
    0.00000000000      Total energy
  0.0000000  0.0000000     Suggested cutoff for wfc and rho
    0                  Max angular momentum component
   11                  Number of points in mesh
    0    1             Number of Wavefunctions, Number of Projectors
 Wavefunctions         nl  l   occ
</PP_HEADER>
<PP_MESH>
  <PP_R>
  0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0
  </PP_R>
  <PP_RAB>
  0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1
  </PP_RAB>
</PP_MESH>
<PP_LOCAL>
  -9 -9 -9 -9 -9 -9 -9 -9 -9 -8.8 -8
</PP_LOCAL>
<PP_NONLOCAL>
  <PP_BETA>
    1    0
    11
  0.0 0.1 0.2 0.3 0.4 0.3 0.2 0.1 0.05 0.01 0.0
    11
  </PP_BETA>
  <PP_DIJ>
    1
    1    1  1.5
  </PP_DIJ>
</PP_NONLOCAL>
`;

const folder = mkdtempSync(join(tmpdir(), "stillwave-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const TINY = { ...SILICON, ecut: 2, kgrid: [1, 1, 1], scf: { maxIterations: 2 } };
/** Checkpoints of a run of two steps, with orbitals. */
const states = async (): Promise<object[]> => {
  const kept: object[] = [];
  for (const accelerator of ["anderson", "adaptive-damping"]) {
    const scf = { maxIterations: 2, accelerator: { name: accelerator } };
    await runScf({ ...TINY, scf }, { checkpoint: (state) => void kept.push(state), keepOrbitals: true });
  }
  return kept;
};
const checkpointText = (state: object): string => [...checkpointChunks(state)].join("");
async function restarted(text: string): Promise<unknown> {
  const path = join(folder, "state.json");
  writeFileSync(path, text, "latin1");
  const scf = { maxIterations: 3 };
  return runScf({ ...TINY, scf }, { restart: await readCheckpoint(path) });
}
const checkpoints: Target = {
  name: "checkpoint",
  weight: 3,
  seeds: async () => (await states()).map((state) => ({ name: "state.json", text: checkpointText(state) })),
  run: restarted,
};

/** The same with a checksum that is right: the first line alone is changed. */
const forgedCheckpoints: Target = {
  name: "checkpoint-forged",
  weight: 1,
  seeds: checkpoints.seeds,
  mutate: ({ text }, random) => {
    const [head = "", ...lines] = text.trimEnd().split("\n");
    const body = [JSON.stringify(mutateValue(JSON.parse(head), random)), ...lines.slice(0, -1), ""].join(
      "\n",
    );
    return `${body}{"sha256":"${createHash("sha256").update(body).digest("hex")}"}\n`;
  },
  run: restarted,
};

const { structure: crystal } = SILICON;
const problem = JSON.stringify({
  stillwaveProblem: 1,
  stillwave: "0.1.0",
  lattice: crystal.lattice,
  species: [{ element: "Si", pseudopotential: silicon() }],
  atoms: crystal.atoms.map(({ position }) => ({ species: 0, position })),
  electrons: 8,
  ecut: 2,
  fermiLevel: 0.2,
  potential: { coefficients: [[0, 0, 0, 0.1, 0], [0, 0, 1, 0.02, 0.01], [1, 0, 0, 0.02, -0.01]] }, // biome-ignore format: rows
});
const problems: Target = {
  name: "problem",
  weight: 2,
  seeds: async () => [{ name: "problem.json", text: problem }],
  mutate: mutateJson,
  run: async (text) => {
    const job = parseJob({ ...TINY, scf: {}, hamiltonian: { frozen: "problem.json" } });
    const { hamiltonian, reference, warnings } = await fixedHamiltonian(
      await openSession(job, { readText: async () => text }),
    );
    return [hamiltonian.potential, reference, warnings];
  },
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const certificates: Target = {
  name: "certificate",
  weight: 2,
  seeds: async () => [{ name: "bands.certificate", text: (await example([[0, 0, 0]], 2)).join("") }],
  /** Every second one has hashes that are right. */
  mutate: (seed, random, other) => {
    if (random.uniform() < 0.5) return mutateText(seed.text, random, other.text);
    const [head, ...points] = seed.text
      .trimEnd()
      .split("\n")
      .map((line) => mutateValue(JSON.parse(line), random) as Record<string, unknown>);
    const problemHash = sha256(JSON.stringify(head!.problem) ?? "");
    const hashed = points.map((point) => ({
      ...point,
      hash: sha256(JSON.stringify([problemHash, point.k, point.proposals])),
    }));
    return [{ ...head, problemHash }, ...hashed].map((line) => `${JSON.stringify(line)}\n`).join("");
  },
  run: async (text) => {
    const { failures, widest, enclosures } = await verifyCertificate(text.split("\n"));
    return failures.length > 0 ? failures.map(({ reason }) => reason) : [widest, enclosures];
  },
};

export const TARGETS: readonly Target[] = [
  jobs,
  tomlJobs,
  runs,
  structures("extxyz", /xyz$/, () => read("test/fixtures/published/structures", /_(2|4)\.extxyz$/)),
  structures("cif", /cif$/),
  structures("poscar", /vasp$|CAR/),
  structures("xsf", /xsf$/),
  structures("qe", /\.(in|pwi)$/),
  structures("abinit", /\.abi$/),
  potentials("upf", 2, () => [
    { name: "a.UPF", text: toUpf(silicon(), "SLA PW NOGX NOGC", 2, { electrons: 2, width: 0.9 }) },
    { name: "b.UPF", text: UPF1 },
    ...read("test/fixtures/cases/upf", /upf$/),
  ]),
  potentials("psp8", 2, () => [
    { name: "a.psp8", text: toPsp8(silicon(), -1012, { electrons: 2, width: 0.9 }, 121) },
  ]),
  potentials("gth", 2, () => [{ name: "potential.gth", text: GTH_FILE }]),
  checkpoints,
  forgedCheckpoints,
  problems,
  certificates,
];

/** What a program may say of an input that it refuses. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && (error.name === "InputError" || error instanceof NotConvergedError);
