import { text } from "../../common/options.ts";
import { plural } from "../../common/plural.ts";
import { BOHR_PER_ANGSTROM, GIGAPASCAL_PER_ATOMIC, MEV_PER_HARTREE } from "../../common/units.ts";
import { norm } from "../../common/vec3.ts";
import { requireWritable } from "../../io/node-files.ts";
import { writePicture } from "../../io/picture.ts";
import { writeResult } from "../../io/result-json.ts";
import type { EosFile } from "../../job/tasks/eos/eos-result.ts";
import { EOS_OPTIONS } from "../../job/tasks/eos/options.ts";
import { energyAtVolume } from "../../observables/equation-of-state.ts";
import { equationOfStateSvg } from "../../plot/equation-of-state.ts";
import { tellGrowing } from "../output/growing-file.ts";
import { output, PICTURE, PICTURE_WIDTH } from "../output/outputs.ts";
import { json } from "../output/print-result.ts";
import { textTable } from "../output/text-table.ts";
import { jobCommand } from "../work/job-command.ts";
import { readBefore } from "../work/job-source.ts";

/** Fits an equation of state: table to stdout, numbers to a file after every volume. */
export const eos = jobCommand({
  detail: "the steps of every self-consistent field and how long all took",
  options: {
    ...EOS_OPTIONS,
    out: output("the numbers, written after every volume (default NAME.eos.json)"),
    json: json("print the numbers to stdout, and nothing else there"),
    ...PICTURE_WIDTH,
    plot: output("draw energies and curve: .svg, .png or .pdf", PICTURE),
    restart: text({ help: "go on with a file of before: its volumes are not computed again", value: "FILE" }),
  },
  examples: [
    ["stillwave eos silicon --plot silicon.svg", "lattice constant and bulk modulus of silicon"],
    ["stillwave eos job.json --range 10 --points 11", "eleven volumes within 10 percent"],
    ["stillwave eos job.json --restart job.eos.json", "go on where Ctrl-C stopped"],
  ],
  load: async () => (await import("../../job/tasks/eos/run-eos.ts")).eosTask,
  alwaysWrites: true,
  async solve(eosTask, session, { run, show }, { options, report, path, host, source }) {
    const { range, points, restart, out = `${source.name}.eos.json` } = options;
    await requireWritable("--out", path(out));
    const { onStep, onProgress: _, ...common } = run;
    let volume = 1;
    return eosTask(session, {
      ...common,
      range,
      points,
      restart: await readBefore(restart, host),
      onStep: (row) => {
        if (report.level === "verbose") onStep(row);
        show(
          "volumes",
          `volume ${volume}/${points}, step ${row.step}, residual ${row.densityResidual.toExponential(1)}`,
        );
      },
      onPoint: async (file) => {
        const { volume: computed, energy, scfSteps } = file.points.at(-1)!;
        report.note(
          `${cubicAngstrom(computed)} A^3: ${energy.toFixed(8)} Ha after ${plural(scfSteps, "step")}`,
        );
        volume = file.points.length + 1;
        await writeResult(path(out), file).catch((error: Error) => report.warn([error.message]));
      },
    });
  },
  save: (file, { options, source }, keep) =>
    keep("equation of state", options.out ?? `${source.name}.eos.json`, (path) => writeResult(path, file)),
  tell: (file, { options, source }, phases) =>
    tellGrowing(file, phases, options.out ?? `${source.name}.eos.json`, {
      tables: () => table(file),
      verdict: () => verdict(file),
      missing: file.complete ? undefined : "volumes are missing",
    }),
  async draw({ points, fit, atoms }, { options, title }, keep) {
    await keep("plot", options.plot, async (path) =>
      writePicture(
        path,
        await equationOfStateSvg(points, { atoms, fit, title, width: options.pictureWidth }),
      ),
    );
  },
});

const angstrom = (length: number) => (length / BOHR_PER_ANGSTROM).toFixed(4);
const cubicAngstrom = (volume: number) => (volume / BOHR_PER_ANGSTROM ** 3).toFixed(3);
const gigapascal = (pressure: number) => (GIGAPASCAL_PER_ATOMIC * pressure).toFixed(2);

/** One row for each volume. */
function table({ points, fit }: EosFile): string {
  const lowest = fit?.energy ?? Math.min(...points.map(({ energy }) => energy));
  return textTable(
    [
      "volume (A^3)",
      "energy (Ha)",
      "above lowest (meV)",
      ...(fit ? ["off the curve (meV)"] : []),
      "pressure (GPa)",
      "SCF steps",
    ],
    points.map(({ volume, energy, pressure, scfSteps }) => [
      cubicAngstrom(volume),
      energy.toFixed(8),
      (MEV_PER_HARTREE * (energy - lowest)).toFixed(3),
      ...(fit ? [(MEV_PER_HARTREE * (energy - energyAtVolume(fit, volume))).toFixed(3)] : []),
      gigapascal(pressure),
      `${scfSteps}`,
    ]),
  );
}

/** Deviation from the curve, of the rise of the energies, from which on the curve is doubtful. */
const ROUGH = 0.01;

/** Lines below the table: volume, lattice vectors, bulk modulus. */
function verdict({ complete, points, fit, lattice, volume, options }: EosFile): string {
  if (!complete) return `${plural(points.length, "volume")} of ${options.points} computed: no curve yet`;
  if (fit === undefined || lattice === undefined) {
    const [first, last] = [points[0]!, points.at(-1)!];
    const side = first.energy < last.energy ? "smaller" : "larger";
    return `the energy has no minimum within ${options.range} % of the volume: it lies at a ${side} one`;
  }
  return [
    `lowest at ${cubicAngstrom(fit.volume)} A^3, ${(fit.volume / volume).toFixed(5)} of the job's; lattice vectors of ${lattice.map((row) => angstrom(norm(row))).join(", ")} A`,
    `bulk modulus ${gigapascal(fit.bulkModulus)} GPa, its derivative ${fit.bulkModulusDerivative.toFixed(2)}; energies within ${(MEV_PER_HARTREE * fit.deviation).toPrecision(2)} meV of the curve`,
    ...(fit.deviation > ROUGH * (Math.max(...points.map(({ energy }) => energy)) - fit.energy)
      ? ["that is rough, as each volume has its own plane waves: a higher ecut makes it smooth"]
      : []),
  ].join("\n");
}
