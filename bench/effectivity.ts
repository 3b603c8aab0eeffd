import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { onGrid } from "../src/basis/on-grid.ts";
import { molecule } from "../src/build/molecule.ts";
import { slab } from "../src/build/slab.ts";
import { supercell } from "../src/build/supercell.ts";
import { InputError, NotConvergedError } from "../src/common/failure.ts";
import { norm, sub, type Vec3 } from "../src/common/vec3.ts";
import { bulk, type ErrorEstimates, type GroundState, newJob, solve } from "../src/index.ts";
import type { Structure } from "../src/model/structure.ts";
import { readText } from "../test/job/written-files.ts";
import { command } from "./harness/command.ts";

const USAGE = `npx tsx bench/effectivity.ts [SYSTEM …] [--truth 4.5] [--basis | --kpoints] [--record FILE]
Effectivity of estimated errors: estimate over true error, 1 is right, and the share of the error that is left in the
corrected value. One atom of each system is displaced so that it has forces. Truths: of the basis a run at --truth times the
cutoff, where the estimate comes from 3 times; of the k-grid a run on twice the divisions; of SCF and eigensolver together,
for a run that ends at a density residual of 1e-3, the same run at 1e-8. --basis leaves out the last two, --kpoints
measures the k-grid alone. At the end medians
and worst cases, and how many true errors are within their bars; with --record of all systems that the file has as well, which takes
the new ones. Systems: `;

/** How far the first atom is displaced, fractional. */
const SHIFT: Vec3 = [0.013, 0.007, -0.01];

const magnetic = (structure: Structure, magneticMoment: number): Structure => ({
  ...structure,
  atoms: structure.atoms.map((atom) => ({ ...atom, magneticMoment })),
});

const antiferromagnetic = ({ atoms, ...cell }: Structure, moment: number): Structure => ({
  ...cell,
  atoms: atoms.map((atom, i) => ({ ...atom, magneticMoment: i % 2 === 0 ? moment : -moment })),
});

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
  GaAs: {
    structure: bulk("GaAs"),
    ecut: 8,
    more: { pseudopotentials: { Ga: "gth-lda-q3", As: "gth-lda" } },
  },
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
  Ge: { structure: bulk("Ge"), ecut: 6, kgrid: [3, 3, 3] },
  AlAs: { structure: bulk("AlAs"), ecut: 6 },
  "GaAs pbe": {
    structure: bulk("GaAs"),
    ecut: 8,
    functional: "pbe",
    more: { pseudopotentials: { Ga: "gth-pbe-q3", As: "gth-pbe" } },
  },
  AlP: { structure: bulk("AlP"), ecut: 7 },
  "SiC pbe": { structure: bulk("SiC"), ecut: 14, functional: "pbe" },
  KCl: { structure: bulk("KCl"), ecut: 7 },
  NaF: { structure: bulk("NaF"), ecut: 16 },
  LiH: { structure: bulk("LiH"), ecut: 20 },
  "LiH pbe": { structure: bulk("LiH"), ecut: 20, functional: "pbe" },
  SiH4: { structure: molecule("SiH4", 6), ecut: 6, kgrid: [1, 1, 1] },
  "CH4 pbe": { structure: molecule("CH4", 5), ecut: 10, functional: "pbe", kgrid: [1, 1, 1] },
  "LiH mol": { structure: molecule("LiH", 6), ecut: 16, kgrid: [1, 1, 1] },
  "Si shift": { structure: bulk("Si"), ecut: 6, more: { kshift: [0.5, 0.5, 0.5] } },
  "Al cold": {
    structure: supercell(bulk("Al"), [2, 1, 1]),
    ecut: 4,
    kgrid: [2, 4, 4],
    more: { temperature: 0.03, smearing: "marzari-vanderbilt" },
  },
  "Al mp1": {
    structure: supercell(bulk("Al"), [2, 1, 1]),
    ecut: 4,
    kgrid: [2, 4, 4],
    more: { temperature: 0.03, smearing: "methfessel-paxton-1" },
  },
  "Al spin": {
    structure: supercell(bulk("Al"), [2, 1, 1]),
    ecut: 4,
    kgrid: [2, 4, 4],
    more: { ...METAL, spin: "collinear" },
  },
  "Li pbe": {
    structure: bulk("Li", { conventional: true }),
    ecut: 6,
    functional: "pbe",
    kgrid: [3, 3, 3],
    more: METAL,
  },
  K: { structure: bulk("K", { conventional: true }), ecut: 4, kgrid: [2, 2, 2], more: METAL },
  Mg: { structure: bulk("Mg"), ecut: 4, kgrid: [4, 4, 2], more: METAL },
  "Al slab": {
    structure: slab("Al", { layers: 3, vacuum: 6 }),
    ecut: 4,
    kgrid: [4, 4, 1],
    more: METAL,
  },
  Na: { structure: bulk("Na", { conventional: true }), ecut: 4, kgrid: [3, 3, 3], more: METAL },
  Cu: { structure: bulk("Cu"), ecut: 20, kgrid: [3, 3, 3], more: METAL },
  "Si UPF": { structure: bulk("Si"), ecut: 8, more: { pseudopotentials: { Si: "Si-core.upf" } } },
  "Si psp8 pbe": {
    structure: bulk("Si"),
    ecut: 8,
    functional: "pbe",
    more: { pseudopotentials: { Si: "Si-pbe.psp8" } },
  },
  "Al UPF": {
    structure: supercell(bulk("Al"), [2, 1, 1]),
    ecut: 5,
    kgrid: [2, 4, 4],
    more: { ...METAL, pseudopotentials: { Al: "Al.upf" } },
  },
  "Ge pbe": {
    structure: bulk("Ge"),
    ecut: 8,
    functional: "pbe",
    kgrid: [3, 3, 3],
    more: { temperature: 0.01, smearing: "gaussian" },
  },
  "MgO pbe": { structure: bulk("MgO"), ecut: 24, functional: "pbe" },
  BN: { structure: bulk("BN"), ecut: 20 },
  "GaP pbe": {
    structure: bulk("GaP"),
    ecut: 8,
    functional: "pbe",
    more: { pseudopotentials: { Ga: "gth-pbe-q3", P: "gth-pbe" } },
  },
  "AlP pbe": { structure: bulk("AlP"), ecut: 8, functional: "pbe" },
  "Mg pbe": { structure: bulk("Mg"), ecut: 5, functional: "pbe", kgrid: [4, 4, 2], more: METAL },
  Fe: {
    structure: magnetic(bulk("Fe", { conventional: true }), 3),
    ecut: 24,
    kgrid: [2, 2, 2],
    more: { ...METAL, spin: "collinear", pseudopotentials: "gth-lda-q8" },
  },
  "Cr afm": {
    structure: antiferromagnetic(bulk("Cr", { conventional: true }), 3),
    ecut: 16,
    kgrid: [3, 3, 3],
    more: { ...METAL, spin: "collinear", pseudopotentials: "gth-lda-q6" },
  },
  Ni: {
    structure: magnetic(bulk("Ni"), 1),
    ecut: 30,
    kgrid: [4, 4, 4],
    more: { temperature: 0.01, smearing: "gaussian", spin: "collinear", pseudopotentials: "gth-lda-q10" },
  },
  "O2 mol": {
    structure: magnetic(molecule("O2", 6), 1),
    ecut: 20,
    kgrid: [1, 1, 1],
    more: { spin: "collinear", temperature: 0.001, smearing: "gaussian" },
  },
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

/** Estimates over truths of one system, by quantity; and what is left of the error. */
interface Measured {
  readonly name: string;
  readonly ecut: number;
  /** What the estimates say against themselves. */
  readonly warnings: readonly string[];
  readonly values: Readonly<
    Record<string, { readonly wrong: number; readonly share: number; readonly left?: number }>
  >;
}

type Rows = readonly Vec3[];
const distance = (a: Rows, b: Rows) => Math.hypot(...a.map((row, i) => norm(sub(row, b[i]!))));
const compared = (raw: Rows, corrected: Rows, right: Rows) => {
  const wrong = distance(raw, right);
  return { wrong, share: distance(corrected, raw) / wrong, left: distance(corrected, right) / wrong };
};
const scalars = (wrong: number, found: number) => ({
  wrong,
  share: found / wrong,
  left: Math.abs(wrong - found) / Math.abs(wrong),
});

/** Below this differences are of the tolerance of the runs, not of what is compared. */
const NOTHING = 1e-7;

type Part = "basis" | "kpoints";

/** The part of the k-grid, against a run on twice the divisions. */
async function ofKpoints(
  job: object,
  coarse: GroundState,
  kpoints: ErrorEstimates["kpoints"],
): Promise<Measured["values"]> {
  if (kpoints === undefined) return {};
  await using denser = await solve({ ...job, kgrid: kpoints.denser, kshift: [0, 0, 0] }, { readText });
  const { energy, forces, stress } = kpoints;
  return {
    "k-points": scalars(coarse.energies.total - denser.energies.total, energy),
    ...(forces && { "k-points force": compared(forces.raw, forces.corrected, await denser.forces()) }),
    ...(stress && { "k-points stress": compared(stress.raw, stress.corrected, await denser.stress()) }),
  };
}

async function measure(name: string, system: System, ratio: number, only?: Part): Promise<Measured> {
  const job = jobOf(system);
  await using coarse = await solve(job, { readText });
  if (only === "kpoints") {
    const { kpoints, warnings } = await coarse.errors({ cutoff: system.ecut, without: ["smearing"] });
    return { name, ecut: system.ecut, warnings, values: await ofKpoints(job, coarse, kpoints) };
  }
  const errors = await coarse.errors(only === "basis" ? { without: ["kpoints", "smearing"] } : {});
  const { energy, forces, stress, density, levels } = errors.basis;
  await using truth = await solve({ ...job, ecut: ratio * system.ecut }, { readText });
  const { grid } = truth.basis;
  const onTruth = (data: typeof coarse.density.data, of: typeof grid) => onGrid(data, of, grid);
  const apart = (a: Float64Array, b: Float64Array) =>
    Math.sqrt(grid.dvol * a.reduce((sum, x, r) => sum + (x - b[r]!) ** 2, 0));
  const raw = onTruth(coarse.density.data, coarse.basis.grid);
  // The corrected density on its own grid, whose size a field tells.
  const shape = density.corrected.shape.slice(-3) as [number, number, number];
  const better = onTruth(density.corrected.data, grid.withSize(shape));
  const trueDensity = apart(raw, truth.density.data);
  const asRows = (all: readonly (readonly number[])[]) => all.flat().map((e): Vec3 => [e, 0, 0]);
  const trueLevels = truth.levels.map(({ energies }, i) =>
    Array.from(energies.subarray(0, levels.raw[i]!.length)),
  );
  const alone = await coarse.basisEnergy(3 * system.ecut);
  const values: Record<string, Measured["values"][string]> = {
    "energy alone": scalars(coarse.energies.total - truth.energies.total, alone.error),
    energy: scalars(coarse.energies.total - truth.energies.total, energy.error),
    density: {
      wrong: trueDensity,
      share: density.error / trueDensity,
      left: apart(better, truth.density.data) / trueDensity,
    },
    force: compared(forces!.raw, forces!.corrected, await truth.forces()),
    stress: compared(stress!.raw, stress!.corrected, await truth.stress()),
    levels: compared(asRows(levels.raw), asRows(levels.corrected), asRows(trueLevels)),
  };
  const about = { name, ecut: system.ecut, warnings: errors.warnings };
  if (only === "basis") return { ...about, values };
  Object.assign(values, await ofKpoints(job, coarse, errors.kpoints));
  await using early = await solve({ ...job, scf: { tolerance: { density: 1e-3 } } }, { readText });
  const { parts, total } = await early.errors({ cutoff: system.ecut });
  await using late = await solve({ ...job, scf: { tolerance: { density: 1e-8 } } }, { readText });
  const wrong = early.energies.total - late.energies.total;
  const errorOf = (part: (typeof parts)["scf"]) => ("error" in part.energy ? part.energy.error : Number.NaN);
  values.scf = scalars(wrong, errorOf(parts.scf) + errorOf(parts.eigensolver));
  const { forces: of } = total;
  // With the cutoff of the run and no smearing the corrected forces lack these two parts alone.
  if (of !== undefined && errors.smearing === undefined)
    values["scf force"] = compared(of.raw, of.corrected, await late.forces());
  return { ...about, values };
}

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const digits = ({ wrong, share, left }: Measured["values"][string]) =>
  `${wrong.toExponential(1)} ${share.toFixed(3)}${left === undefined ? "" : ` ${left.toFixed(3)}`}`;
const QUANTITIES = [
  "energy alone",
  "energy",
  "density",
  "force",
  "stress",
  "levels",
  "k-points",
  "k-points force",
  "k-points stress",
  "scf",
  "scf force",
];

/** Medians and worst cases of the shares, of errors that are more than rounding. */
function summary(all: readonly Measured[]): string[] {
  const shares = QUANTITIES.map((quantity) =>
    all
      .flatMap(({ name, values: { [quantity]: found } }) =>
        found !== undefined && (Math.abs(found.wrong) > NOTHING || quantity.startsWith("scf"))
          ? [{ name, share: found.share }]
          : [],
      )
      .sort((a, b) => a.share - b.share),
  );
  const of = (pick: (list: { name: string; share: number }[]) => string) =>
    shares.map((list) => (list.length === 0 ? "-" : pick(list)));
  const named = ({ name, share }: { name: string; share: number }) => `${share.toFixed(3)} (${name})`;
  return [
    line(["systems", "", ...of((list) => `${list.length}`)]),
    line(["median", "", ...of((list) => list[Math.floor(list.length / 2)]!.share.toFixed(3))]),
    line(["least", "", ...of((list) => named(list[0]!))]),
    line(["most", "", ...of((list) => named(list.at(-1)!))]),
  ];
}

/** Factors of estimates that are bars: 1, and those of docs/accuracy.md. */
const BARS: Readonly<Record<string, number>> = {
  "energy alone": 1 / 0.85,
  energy: 1 / 0.89,
  force: 1 / 0.8,
  stress: 1 / 0.73,
};

/**
 * How reliable bars are: shares of true errors within them, and the factor that would hold all
 * errors of every other system (with all the others as its test).
 *
 * Systems that warn, and forces of 2e-5 Ha/bohr and less, are left out and counted.
 */
function reliability(all: readonly Measured[]): string[] {
  const trusted = all.filter(({ warnings }) => warnings.length === 0);
  const percent = (list: readonly number[], bar: number) =>
    `${list.filter((share) => bar * share >= 1).length} of ${list.length}`;
  return [
    line(["", "systems", "median", "within the estimate", "bar: estimate times", "within the bar", "largest error over bar", "factor from one half", "other half within"]), // biome-ignore format: a row
    line(Array.from({ length: 9 }, () => "---")),
    ...Object.entries(BARS).map(([quantity, bar]) => {
      const found = trusted.flatMap(({ name, values: { [quantity]: value } }) =>
        value !== undefined && Math.abs(value.wrong) > (quantity === "force" ? 2e-5 : NOTHING)
          ? [{ name, share: value.share }]
          : [],
      );
      const shares = found.map(({ share }) => share);
      const sorted = shares.toSorted((a, b) => a - b);
      const worst = found.reduce((a, b) => (b.share < a.share ? b : a));
      const [half, other] = [0, 1].map((parity) => shares.filter((_, i) => i % 2 === parity));
      const factor = 1 / Math.min(...half!);
      return line([quantity, `${shares.length}`, sorted[Math.floor(sorted.length / 2)]!.toFixed(3), percent(shares, 1), bar.toFixed(2), percent(shares, bar), `${(1 / (bar * worst.share)).toFixed(2)} (${worst.name})`, factor.toFixed(2), percent(other!, factor)]); // biome-ignore format: a row
    }),
    `left out because they warn: ${all.filter(({ warnings }) => warnings.length > 0).map(({ name }) => name).join(", ") || "none"}`, // biome-ignore format: a line
  ];
}

/** The systems of a record, with those of a run in the place of their old ones. */
const merged = (old: readonly Measured[], found: readonly Measured[]): Measured[] => [
  ...old.filter(({ name }) => SYSTEMS[name] !== undefined && !found.some((each) => each.name === name)),
  ...found,
];

await command(async () => {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    console.log(USAGE + Object.keys(SYSTEMS).join(", "));
    return;
  }
  const only = (["basis", "kpoints"] as const).find((part) => args.includes(`--${part}`));
  const record = args.indexOf("--record");
  const file = record < 0 ? undefined : args[record + 1]!;
  const words = args.filter(
    (word, i) => word !== `--${only}` && (record < 0 || (i !== record && i !== record + 1)),
  );
  const at = words.indexOf("--truth");
  const ratio = at < 0 ? 4.5 : Number(words[at + 1]);
  const chosen = at < 0 ? words : words.toSpliced(at, 2);
  const unknown = chosen.find((name) => SYSTEMS[name] === undefined);
  if (unknown !== undefined || !(ratio > 3))
    throw new InputError(
      `effectivity: ${unknown ?? ratio}: unknown; ${USAGE}${Object.keys(SYSTEMS).join(", ")}`,
    );
  console.log("each: true error, estimate over it, share left");
  console.log(line(["system", "Ha", ...QUANTITIES]));
  console.log(line(Array.from({ length: QUANTITIES.length + 2 }, () => "---")));
  const all: Measured[] = [];
  for (const [name, system] of Object.entries(SYSTEMS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    try {
      const found = await measure(name, system, ratio, only);
      all.push(found);
      const cells = QUANTITIES.map((quantity) => {
        const value = found.values[quantity];
        return value === undefined ? "-" : digits(value);
      });
      console.log(line([name, `${system.ecut}`, ...cells]));
      for (const warning of found.warnings) console.log(`  ${warning}`);
    } catch (error) {
      if (!(error instanceof NotConvergedError || error instanceof InputError)) throw error;
      console.log(line([name, `${system.ecut}`, (error as Error).message]));
    }
  }
  for (const text of summary(all)) console.log(text);
  const kept =
    file === undefined || !existsSync(file) ? [] : (JSON.parse(readFileSync(file, "utf8")) as Measured[]);
  const whole = merged(kept, all);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
  if (only !== "kpoints") for (const text of reliability(whole)) console.log(text);
});
