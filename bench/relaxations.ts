import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ELEMENTS } from "../src/atoms/elements.ts";
import { findGth } from "../src/atoms/gth/gth-table.ts";
import { requireInput } from "../src/common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../src/common/units.ts";
import { centred, dot, type Mat3, mapVec, norm, rowsVec, sub, type Vec3 } from "../src/common/vec3.ts";
import { bulk, molecule, newJob, prepareScf, runRelax, type Structure, sheet, slab } from "../src/index.ts";
import { command } from "./harness/command.ts";

const USAGE = `npx tsx bench/relaxations.ts [SYSTEM …] [--pw 'pw.x'] [--ase '/usr/bin/python3'] [--force 5e-5]
Relaxations by \`stillwave relax\`, beside those of Quantum ESPRESSO's pw.x (BFGS, from the same GTH potentials, which it
reads as analytical files, on the same FFT grid) and of ASE's BFGS over our calculator's socket (after npm run build). Every
program ends at the same largest force [Ha/bohr]; pw.x relaxes a cell again from its end until that stays, because it keeps
the plane waves of the first one.`;

/** Stress at the end [GPa], with the cell. */
const STRESS = 0.01;
/** Times that pw.x relaxes a cell, at most. */
const MOST_ROUNDS = 6;

interface System {
  readonly structure: Structure;
  readonly cell?: boolean;
  /** Whether it may turn: distances of atoms are compared, in place of positions. */
  readonly turns?: boolean;
  readonly settings: { readonly ecut: number; readonly kgrid: Vec3; readonly isMetal?: boolean };
}

/** A structure whose atoms are moved off their places, fractional. */
const displaced = (structure: Structure, ...shifts: readonly (Vec3 | undefined)[]): Structure => ({
  ...structure,
  atoms: structure.atoms.map((atom, i) => ({
    ...atom,
    position: mapVec(atom.position, (x, j) => x + (shifts[i]?.[j] ?? 0)),
  })),
});

const SYSTEMS: Readonly<Record<string, () => System>> = {
  "silicon, an atom displaced": () => ({
    structure: displaced(bulk("Si"), [0.02, 0.01, -0.01]),
    settings: { ecut: 10, kgrid: [3, 3, 3] },
  }),
  "silicon, cell and an atom": () => ({
    structure: displaced(bulk("Si", { a: 10.4 }), [0.01, 0.01, -0.01]),
    cell: true,
    settings: { ecut: 15, kgrid: [3, 3, 3] },
  }),
  "aluminium (100), 5 layers": () => ({
    structure: slab("Al", { layers: 5, vacuum: 18 }),
    settings: { ecut: 10, kgrid: [6, 6, 1], isMetal: true },
  }),
  "water molecule": () => ({
    structure: displaced(molecule("H2O", 12), undefined, [0.01, 0, 0.01]),
    turns: true,
    settings: { ecut: 40, kgrid: [1, 1, 1] },
  }),
  "boron nitride, buckled sheet": () => ({
    structure: displaced(sheet("BN", { vacuum: 16 }), [0.02, 0, 0.012]),
    settings: { ecut: 30, kgrid: [4, 4, 1] },
  }),
};

interface Relaxed {
  /** Rows [bohr]. */
  readonly lattice: Mat3;
  /** Fractional. */
  readonly positions: readonly Vec3[];
  readonly geometries: number;
  readonly scfSteps: number;
}

type Job = ReturnType<typeof newJob>;
type Relax = (job: Job, cell: boolean, force: number) => Promise<Relaxed>;

const ours: Relax = async (job, cell, force) => {
  const { converged, steps } = await runRelax(job, { cell, force, ...(cell ? { stress: STRESS } : {}) });
  requireInput(converged, () => "relax: must converge, it did not");
  const { lattice, positions } = steps.at(-1)!;
  return {
    lattice,
    positions,
    geometries: steps.length,
    scfSteps: steps.reduce((sum, step) => sum + step.scfSteps, 0),
  };
};

const rows = (matrix: readonly (readonly number[])[]): string =>
  matrix.map((row) => row.map((x) => x.toFixed(12)).join(" ")).join("\n");

/** A GTH potential in the format in which ABINIT and pw.x read analytical ones. */
function gthFile(element: string, family: string): string {
  const { charge, rloc, c, channels } = findGth(element, family);
  const triangles = channels.flatMap(({ r, h }, l) => {
    const upper = h.map((row, i) => row.slice(i).join(" "));
    const spinOrbit = l === 0 ? [] : upper.map((row) => row.replace(/\S+/g, "0"));
    return [`${r} ${h.length} ${upper[0] ?? ""}`, ...upper.slice(1), ...spinOrbit];
  });
  const first = `${ELEMENTS.indexOf(element) + 1} ${charge} 20000101\n10 1 ${channels.length - 1} 0 2001 0`;
  return `${element}\n${first}\n${rloc} ${c.length} ${c.join(" ")}\n${channels.length}\n${triangles.join("\n")}\n`;
}

/** The relaxation by pw.x. */
const pwOf =
  (words: string, folder: string): Relax =>
  async (job, cell, force) => {
    const { problem } = await prepareScf(job);
    const { model, grid } = problem.basis;
    const elements = model.species.map(({ element }) => element);
    const family = job.pseudopotentials;
    for (const element of elements) {
      const entry = typeof family === "string" ? family : family![element]!;
      writeFileSync(join(folder, `${element}.gth`), gthFile(element, entry));
    }
    const { temperature = 0 } = job;
    const [n1, n2, n3] = grid.size;
    const input = (lattice: Mat3, positions: readonly Vec3[]) => `&control
 calculation='${cell ? "vc-relax" : "relax"}', pseudo_dir='${folder}', outdir='${join(folder, "out")}'
 forc_conv_thr=${2 * force}, etot_conv_thr=1e-6, nstep=100
/
&system
 ibrav=0, nat=${positions.length}, ntyp=${elements.length}, ecutwfc=${2 * job.ecut}, input_dft='sla+pw+nogx+nogc'
 nr1=${n1}, nr2=${n2}, nr3=${n3}
 ${temperature > 0 ? `occupations='smearing', smearing='gaussian', degauss=${2 * temperature}` : ""}
/
&electrons
 conv_thr=1e-10
/
&ions
/
${cell ? `&cell\n press_conv_thr=${10 * STRESS}\n/\n` : ""}ATOMIC_SPECIES
${elements.map((element) => `${element} 1.0 ${element}.gth`).join("\n")}
CELL_PARAMETERS bohr
${rows(lattice)}
ATOMIC_POSITIONS crystal
${model.atoms.map(({ species }, i) => `${elements[species]} ${rows([positions[i]!])}`).join("\n")}
K_POINTS automatic
${(job.kgrid as Vec3).join(" ")} 0 0 0
`;
    const [program = "", ...args] = words.split(/\s+/);
    let at = {
      lattice: model.lattice.vectors,
      positions: model.atoms.map(({ position }) => position),
      geometries: 0,
      scfSteps: 0,
    };
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const file = join(folder, "pw.in");
      writeFileSync(file, input(at.lattice, at.positions));
      const { stdout } = spawnSync(program, [...args, "-in", file], {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 2 ** 30,
        env: { ...process.env, OMP_NUM_THREADS: "1" },
      });
      const end = stdout?.split("Begin final coordinates")[1]?.split("End final coordinates")[0];
      requireInput(end !== undefined, () => `--pw: must relax, got ${stdout?.slice(-400) ?? "nothing"}`);
      const steps = Array.from(stdout.matchAll(/achieved in +(\d+) iterations/g), ([, n]) => Number(n));
      const threes = Array.from(
        end.matchAll(/(-?\d+\.\d+) +(-?\d+\.\d+) +(-?\d+\.\d+)/g),
        (match): Vec3 => [Number(match[1]), Number(match[2]), Number(match[3])],
      );
      const lattice = cell ? ([threes[0]!, threes[1]!, threes[2]!] as const) : at.lattice;
      const moved = cellDifference(lattice, at.lattice);
      at = {
        lattice,
        positions: threes.slice(cell ? 3 : 0),
        geometries: at.geometries + steps.length,
        scfSteps: at.scfSteps + steps.reduce((sum, n) => sum + n, 0),
      };
      if (moved < 1e-4) return at;
    }
    return at;
  };

/** ASE's BFGS, over the socket of the calculator. */
const ASE = `
import json, re, sys, io
sys.path.insert(0, sys.argv[1])
from ase import Atoms
from ase.constraints import ExpCellFilter
from ase.optimize import BFGS
from ase.units import Bohr, Hartree
from stillwave import Stillwave
job, cell, force = json.load(sys.stdin)
structure = job.pop("structure")
atoms = Atoms([a["element"] for a in structure["atoms"]], cell=[[x * Bohr for x in row] for row in structure["lattice"]],
              scaled_positions=[a["position"] for a in structure["atoms"]], pbc=True)
log = io.StringIO()
with Stillwave(txt=log, threads=1, **job).over_socket() as atoms.calc:
    BFGS(ExpCellFilter(atoms) if cell else atoms, logfile=None).run(fmax=force * Hartree / Bohr, steps=100)
steps = [int(n) for n in re.findall(r"(\\d+) SCF steps", log.getvalue())]
print(json.dumps(dict(lattice=(atoms.cell.array / Bohr).tolist(), positions=atoms.get_scaled_positions(wrap=False).tolist(),
                      geometries=len(steps), scfSteps=sum(steps))))`;

const aseOf =
  (program: string): Relax =>
  async (job, cell, force) =>
    JSON.parse(
      execFileSync(program, ["-W", "ignore", "-c", ASE, resolve("python")], {
        encoding: "utf8",
        input: JSON.stringify([job, cell, force]),
        env: { ...process.env, STILLWAVE_COMMAND: `${process.execPath} ${resolve("dist/cli/main.js")}` },
      }),
    ) as Relaxed;

/** Largest relative difference of lengths, and of angles, whatever way the cells are turned. */
function cellDifference(a: Mat3, b: Mat3): number {
  const difference = (i: number, j: number) =>
    Math.abs(dot(a[i]!, a[j]!) - dot(b[i]!, b[j]!)) / (norm(b[i]!) * norm(b[j]!) * (i === j ? 2 : 1));
  return Math.max(...[0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => difference(i, j))));
}

/** Largest distance of atoms in the cell of the first [Å], their common shift left out. */
function apart(a: Relaxed, b: Relaxed): number {
  const shifts = a.positions.map((position, i) => centred(sub(position, b.positions[i]!)));
  const mean = mapVec(
    shifts[0]!,
    (_, j) => shifts.reduce((sum, shift) => sum + shift[j]!, 0) / shifts.length,
  );
  return Math.max(...shifts.map((shift) => norm(rowsVec(a.lattice, sub(shift, mean))))) / BOHR_PER_ANGSTROM;
}

/** Largest difference of distances between atoms [Å]. */
function stretched(a: Relaxed, b: Relaxed): number {
  const distance = ({ lattice, positions }: Relaxed, i: number, j: number) =>
    norm(rowsVec(lattice, centred(sub(positions[i]!, positions[j]!))));
  return (
    Math.max(
      ...a.positions.flatMap((_, i) =>
        a.positions.map((__, j) => Math.abs(distance(a, i, j) - distance(b, i, j))),
      ),
    ) / BOHR_PER_ANGSTROM
  );
}

const counts = ({ geometries, scfSteps }: Relaxed) => `${geometries} / ${scfSteps}`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return console.log(USAGE);
  const option = (flag: string): string | undefined =>
    args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
  const words = args.filter((arg, i) => !arg.startsWith("--") && !args[i - 1]?.startsWith("--"));
  const names = Object.keys(SYSTEMS).filter(
    (name) => words.length === 0 || words.some((word) => name.startsWith(word)),
  );
  const force = Number(option("--force") ?? 5e-5);
  const folder = mkdtempSync(join(tmpdir(), "stillwave-relaxations-"));
  mkdirSync(join(folder, "out"));
  const [pw, ase] = [option("--pw"), option("--ase")];
  const peers: (readonly [string, Relax])[] = [
    ...(pw === undefined ? [] : [["pw.x", pwOf(pw, folder)] as const]),
    ...(ase === undefined ? [] : [["ASE", aseOf(ase)] as const]),
  ];
  console.log(
    `largest force ${force} Ha/bohr, largest stress ${STRESS} GPa; columns are geometries / SCF steps`,
  );
  console.log(
    `| system | ecut (Ha), k-grid | stillwave |${peers.map(([name]) => ` ${name} | positions (Å) | cell |`).join("")}`,
  );
  console.log(`|---|---|---|${peers.map(() => "---|---|---|").join("")}`);
  try {
    for (const name of names) {
      const { structure, cell = false, turns = false, settings } = SYSTEMS[name]!();
      const job = {
        ...newJob(structure, { isMetal: false, ...settings }),
        scf: { tolerance: { density: 1e-7 } },
      };
      const mine = await ours(job, cell, force);
      const columns: string[] = [];
      for (const [, relax] of peers) {
        const theirs = await relax(job, cell, force);
        columns.push(
          ` ${counts(theirs)} | ${(turns ? stretched : apart)(mine, theirs).toExponential(1)} | ${cell ? cellDifference(theirs.lattice, mine.lattice).toExponential(1) : "-"} |`,
        );
      }
      console.log(
        `| ${name} | ${job.ecut}, ${(job.kgrid as Vec3).join("×")} | ${counts(mine)} |${columns.join("")}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await command(() => main(process.argv.slice(2)));
