import { text } from "../../common/options.ts";
import { plural } from "../../common/plural.ts";
import { BOHR_PER_ANGSTROM, GIGAPASCAL_PER_ATOMIC, MEV_PER_HARTREE } from "../../common/units.ts";
import { add, norm, rowsVec, sub } from "../../common/vec3.ts";
import { requireWritable } from "../../io/node-files.ts";
import { writeResult } from "../../io/result-json.ts";
import { trajectoryText } from "../../io/structures/trajectory.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { RELAX_OPTIONS } from "../../job/tasks/relax/options.ts";
import type { RelaxFile, RelaxStep } from "../../job/tasks/relax/relax-result.ts";
import { largestForce } from "../../model/deformation.ts";
import { checkLine, checksText, failedChecks } from "../output/checks.ts";
import { tellGrowing } from "../output/growing-file.ts";
import { output } from "../output/outputs.ts";
import { json } from "../output/print-result.ts";
import { textTable } from "../output/text-table.ts";
import { jobCommand } from "../work/job-command.ts";
import { readBefore } from "../work/job-source.ts";

/**
 * Relaxes the atoms of a job, and its cell: table to stdout, geometries to a file to go on from.
 */
export const relax = jobCommand({
  detail: "the steps of every self-consistent field and how long all took",
  options: {
    ...RELAX_OPTIONS,
    out: output("the numbers, written after every geometry (default NAME.relax.json)"),
    trajectory: output("every geometry as extended XYZ", [".extxyz", ".xyz"]),
    json: json("print the numbers to stdout, and nothing else there"),
    restart: text({
      help: "go on with a file of before: its geometries are not computed again",
      value: "FILE",
    }),
  },
  examples: [
    ["stillwave relax job.json --trajectory job.extxyz", "the positions of the atoms"],
    ["stillwave relax silicon --cell --pressure 5", "the cell under 5 GPa"],
    ["stillwave relax slab.json --fix 1-4", "a slab whose lowest atoms stay"],
    ["stillwave relax job.json --restart job.relax.json", "go on where Ctrl-C stopped"],
  ],
  load: async () => (await import("../../job/tasks/relax/run-relax.ts")).relaxTask,
  alwaysWrites: true,
  async solve(relaxTask, session, { run, show, count }, { options, report, path, host, source }) {
    const { out = `${source.name}.relax.json`, trajectory, restart, json: _, ...own } = options;
    await requireWritable("--out", path(out));
    const { onStep, onProgress: _progress, ...common } = run;
    let geometry = 1;
    return relaxTask(session, {
      ...common,
      ...own,
      restart: await readBefore(restart, host),
      onCheck: count("self-checks", "k-point"),
      onStep: (row) => {
        if (report.level === "verbose") onStep(row);
        show(
          "geometries",
          `geometry ${geometry}, step ${row.step}, residual ${row.densityResidual.toExponential(1)}`,
        );
      },
      onGeometry: async (file) => {
        const { steps, largestForce, largestStress } = file;
        report.note(
          `geometry ${steps.length}: ${steps.at(-1)!.energy.toFixed(8)} Ha, force ${largestForce.toExponential(1)} Ha/bohr${
            largestStress === undefined ? "" : `, stress ${gigapascal(largestStress)} GPa`
          }`,
        );
        geometry = steps.length + 1;
        for (const [name, write] of filesOf(file, out, trajectory))
          await write(path(name)).catch((error: Error) => report.warn([error.message]));
      },
    });
  },
  async save(file, { options: { out, trajectory }, source }, keep) {
    for (const [name, write, what] of filesOf(file, out ?? `${source.name}.relax.json`, trajectory))
      await keep(what, name, write);
  },
  tell: (file, { options: { out }, source }, phases) => ({
    ...tellGrowing(file, phases, out ?? `${source.name}.relax.json`, {
      tables: () => `${table(file)}\n${structureTable(file)}`,
      verdict: () => verdict(file),
      missing: file.converged ? undefined : "forces or stress are not yet small",
    }),
    failedChecks: failedChecks(file).map(checkLine),
  }),
});

type WrittenFile = readonly [name: string, write: (path: string) => Promise<void>, what: string];

/** The numbers, and the trajectory if one is named. */
const filesOf = (file: RelaxFile, out: string, trajectory: string | undefined): WrittenFile[] => [
  [out, (path) => writeResult(path, file), "relaxation"],
  ...(trajectory === undefined
    ? []
    : [
        [
          trajectory,
          (path) => writeAtomically(path, [trajectoryText(file.elements, file.steps)]),
          "trajectory",
        ] satisfies WrittenFile,
      ]),
];

/** Writes a stress in GPa to three decimals, with no minus before zero. */
const gigapascal = (stress: number): string =>
  (Math.round(1000 * GIGAPASCAL_PER_ATOMIC * stress) / 1000 || 0).toFixed(3);

const pressure = ({ stress }: RelaxStep): string =>
  stress === undefined ? "-" : gigapascal(-(stress[0][0] + stress[1][1] + stress[2][2]) / 3);

/** One row for each geometry. */
function table({ steps, options }: RelaxFile): string {
  const last = steps.at(-1)!.energy;
  const isFixed = steps[0]!.forces.map((_, i) => options.fix.includes(i + 1));
  const columns: readonly (readonly [string, (step: RelaxStep, i: number) => string])[] = [
    ["geometry", (_, i) => `${i + 1}`],
    ["energy (Ha)", ({ energy }) => energy.toFixed(8)],
    ["from last (meV)", ({ energy }) => (MEV_PER_HARTREE * (energy - last)).toFixed(3)],
    ["force (Ha/bohr)", (step) => largestForce(step.forces, isFixed).toExponential(2)],
    ...(options.cell ? [["pressure (GPa)", pressure] as const] : []),
    ["SCF steps", ({ scfSteps }) => `${scfSteps}`],
  ];
  return textTable(
    columns.map(([title]) => title),
    steps.map((step, i) => columns.map(([, cell]) => cell(step, i))),
  );
}

/** Atoms of more than this many are left to the files. */
const MOST_ATOMS = 30;

/** Lattice and atoms of the last geometry, with the way of each atom. */
function structureTable({ elements, steps, options }: RelaxFile): string {
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const angstrom = (x: number) => (x / BOHR_PER_ANGSTROM).toFixed(5);
  const place = (step: RelaxStep, i: number) => rowsVec(step.lattice, step.positions[i]!);
  const lattice = options.cell
    ? last.lattice.map((row, i) => [
        `vector ${i + 1}`,
        ...row.map(angstrom),
        angstrom(norm(row) - norm(first.lattice[i]!)),
      ])
    : [];
  const atoms = elements.map((element, i) => [
    `${i + 1} ${element}`,
    ...place(last, i).map(angstrom),
    angstrom(norm(sub(place(last, i), place(first, i)))),
  ]);
  return textTable(
    ["(A)", "x", "y", "z", "moved"],
    [...lattice, ...(elements.length > MOST_ATOMS ? [] : atoms)],
    {
      left: [0],
    },
  );
}

/** What came of it, in a line or two. */
function verdict(file: RelaxFile): string {
  const { converged, steps, largestForce, largestStress, pulayStress, checks, options } = file;
  const scf = steps.reduce((sum, { scfSteps }) => sum + scfSteps, 0);
  const state = `largest force ${largestForce.toExponential(1)} Ha/bohr${largestStress === undefined ? "" : `, largest stress beside the pressure ${gigapascal(largestStress)} GPa`}`;
  const pulay =
    pulayStress === undefined
      ? ""
      : `\nplane waves were fixed while the cell moved; choosing them anew changed the stress by ${gigapascal(pulayStress)} GPa (Pulay): a higher ecut makes it less`;
  const net = norm(steps.at(-1)!.forces.reduce(add, [0, 0, 0]));
  const ofGrid =
    options.fix.length > 0 || net <= options.force
      ? ""
      : `\na net force of ${net.toExponential(1)} Ha/bohr is left out: mostly that of xc on the grid, a higher ecut makes it less`;
  return `${converged ? "relaxed" : "NOT relaxed"} in ${steps.length === 1 ? "1 geometry" : `${steps.length} geometries`} and ${plural(scf, "SCF step")}, ${state}${ofGrid}${pulay}${checks ? `\nchecks: ${checksText(checks)}` : ""}`;
}
