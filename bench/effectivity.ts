import { onGrid } from "../src/basis/on-grid.ts";
import { molecule } from "../src/build/molecule.ts";
import { supercell } from "../src/build/supercell.ts";
import { InputError } from "../src/common/failure.ts";
import { norm, sub, type Vec3 } from "../src/common/vec3.ts";
import { bulk, newJob, solve } from "../src/index.ts";
import type { Structure } from "../src/model/structure.ts";
import { command } from "./harness/command.ts";

const USAGE = `npx tsx bench/effectivity.ts [SYSTEM …] [--truth 4.5]
Effectivity of the estimated errors of the basis: estimate over true error, 1 is right, and the share of the error that is
left in the corrected value. The truth is a run at --truth times the cutoff, the estimate comes from 3 times. One atom of
each system is displaced so that it has forces. Systems: `;

/** How far the first atom is displaced, fractional. */
const SHIFT: Vec3 = [0.013, 0.007, -0.01];

interface System {
  readonly structure: Structure;
  readonly ecut: number;
  readonly functional?: "lda-pw92" | "pbe";
  readonly kgrid?: Vec3;
  readonly more?: object;
}

const METAL = { temperature: 0.02, smearing: "fermi-dirac" };
const SYSTEMS: Readonly<Record<string, System>> = {
  Si: { structure: bulk("Si"), ecut: 8 },
  "Si pbe": { structure: bulk("Si"), ecut: 8, functional: "pbe" },
  C: { structure: bulk("C"), ecut: 16 },
  "C pbe": { structure: bulk("C"), ecut: 16, functional: "pbe" },
  GaAs: { structure: bulk("GaAs"), ecut: 8 },
  NaCl: { structure: bulk("NaCl"), ecut: 12 },
  "NaCl pbe": { structure: bulk("NaCl"), ecut: 12, functional: "pbe" },
  MgO: { structure: bulk("MgO"), ecut: 20 },
  "LiF pbe": { structure: bulk("LiF"), ecut: 24, functional: "pbe" },
  H2: { structure: molecule("H2", 8), ecut: 10, kgrid: [1, 1, 1] },
  "H2 pbe": { structure: molecule("H2", 8), ecut: 10, functional: "pbe", kgrid: [1, 1, 1] },
  "H2O pbe": { structure: molecule("H2O", 6), ecut: 20, functional: "pbe", kgrid: [1, 1, 1] },
  Al: { structure: supercell(bulk("Al"), [2, 1, 1]), ecut: 5, kgrid: [2, 4, 4], more: METAL },
  "Al pbe": {
    structure: supercell(bulk("Al"), [2, 1, 1]),
    ecut: 5,
    functional: "pbe",
    kgrid: [2, 4, 4],
    more: METAL,
  },
  Na: { structure: bulk("Na", { conventional: true }), ecut: 4, kgrid: [3, 3, 3], more: METAL },
  Cu: { structure: bulk("Cu"), ecut: 20, kgrid: [3, 3, 3], more: METAL },
};

const jobOf = ({ structure, ecut, functional = "lda-pw92", kgrid = [2, 2, 2], more }: System) => {
  const [first, ...others] = structure.atoms;
  const moved = first!.position.map((x, c) => x + SHIFT[c]!) as unknown as Vec3;
  const displaced = { ...structure, atoms: [{ ...first!, position: moved }, ...others] };
  return {
    ...newJob(displaced, { ecut, functional, kgrid, isMetal: false }),
    scf: { tolerance: { density: 1e-7 } },
    stress: true,
    ...more,
  };
};

async function measure(name: string, system: System, ratio: number): Promise<string> {
  const job = jobOf(system);
  const seconds = () => process.cpuUsage().user / 1e6;
  const began = seconds();
  await using coarse = await solve(job);
  const solved = seconds();
  const { basis } = await coarse.errors();
  const estimated = seconds();
  await using truth = await solve({ ...job, ecut: ratio * system.ecut });
  const finished = seconds();

  const trueEnergy = coarse.energies.total - truth.energies.total;
  const { energy, forces, stress, density, levels } = basis;
  const trueForces = await truth.forces();
  const trueStress = await truth.stress();
  const grid = truth.basis.grid;
  const onTruth = (data: typeof coarse.density.data, of: typeof grid) => onGrid(data, of, grid);
  const distance = (a: Float64Array, b: Float64Array) =>
    Math.sqrt(grid.dvol * a.reduce((sum, x, r) => sum + (x - b[r]!) ** 2, 0));
  const raw = onTruth(coarse.density.data, coarse.basis.grid);
  // The corrected density on its own grid, whose size a field tells.
  const shape = density.corrected.shape.slice(-3) as [number, number, number];
  const better = onTruth(density.corrected.data, grid.withSize(shape));
  const of = <Row extends Vec3>(found: readonly Row[], right: readonly Row[], from: readonly Row[]) => {
    const size = (a: readonly Row[], b: readonly Row[]) =>
      Math.hypot(...a.map((row, i) => norm(sub(row, b[i]!))));
    const wrong = size(from, right);
    return `${wrong.toExponential(1).padStart(8)} ${(size(found, from) / wrong).toFixed(3).padStart(6)} ${(size(found, right) / wrong).toFixed(3).padStart(5)}`;
  };
  const trueDensity = distance(raw, truth.density.data);
  const trueLevels = truth.levels.map(({ energies }, i) =>
    Array.from(energies.subarray(0, levels.raw[i]!.length)),
  );
  const asRows = (all: readonly (readonly number[])[]) => all.flat().map((e): Vec3 => [e, 0, 0]);
  return [
    name.padEnd(9),
    `${system.ecut}`.padStart(4),
    `${trueEnergy.toExponential(2)} ${(energy.error / trueEnergy).toFixed(3)}`,
    `${trueDensity.toExponential(1)} ${(density.error / trueDensity).toFixed(3)} ${(distance(better, truth.density.data) / trueDensity).toFixed(3)}`,
    of(forces!.corrected, trueForces, forces!.raw),
    of(stress!.corrected, trueStress, stress!.raw),
    of(asRows(levels.corrected), asRows(trueLevels), asRows(levels.raw)),
    `${basis.products}`.padStart(3),
    [solved - began, estimated - solved, finished - estimated].map((s) => s.toFixed(1)).join(" / "),
  ].join(" | ");
}

await command(async () => {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    console.log(USAGE + Object.keys(SYSTEMS).join(", "));
    return;
  }
  const at = args.indexOf("--truth");
  const ratio = at < 0 ? 4.5 : Number(args[at + 1]);
  const chosen = at < 0 ? args : args.toSpliced(at, 2);
  const unknown = chosen.find((name) => SYSTEMS[name] === undefined);
  if (unknown !== undefined || !(ratio > 3))
    throw new InputError(
      `effectivity: ${unknown ?? ratio}: unknown; ${USAGE}${Object.keys(SYSTEMS).join(", ")}`,
    );
  console.log(
    "system    | ecut | energy: true, est | density: true est left | force: true est left | stress: true est left | levels: true est left | products | s run / estimate / truth",
  );
  for (const [name, system] of Object.entries(SYSTEMS))
    if (chosen.length === 0 || chosen.includes(name)) console.log(await measure(name, system, ratio));
});
