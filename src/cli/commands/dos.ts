import { EV_PER_HARTREE } from "../../common/units.ts";
import { DOS_OPTIONS } from "../../ground/dos-options.ts";
import { writePicture } from "../../io/picture.ts";
import { resultText, writeResult } from "../../io/result-json.ts";
import type { DosFile } from "../../job/tasks/dos/dos-result.ts";
import { dosSvg } from "../../plot/dos.ts";
import { terminalPlot } from "../../plot/drawing/terminal.ts";
import type { Output } from "../host.ts";
import { workDetails } from "../output/details.ts";
import { output, PICTURE, PICTURE_WIDTH } from "../output/outputs.ts";
import { json } from "../output/print-result.ts";
import { jobCommand } from "../work/job-command.ts";

/** Density of states of a job: summary, or JSON alone, to stdout; everything else to stderr. */
export const dos = jobCommand({
  detail: "how long each phase took and the memory",
  iterates: true,
  options: {
    ...DOS_OPTIONS,
    out: output("write the numbers as JSON"),
    json: json("print the numbers to stdout, and nothing else there"),
    ...PICTURE_WIDTH,
    plot: output("draw it: .svg, .png or .pdf", PICTURE),
  },
  examples: [
    ["stillwave dos aluminium", "the density of states as a picture in the terminal"],
    ["stillwave dos job.json --plot dos.svg", "as a file"],
  ],
  load: async () => (await import("../../job/tasks/dos/run-dos.ts")).dosTask,
  solve: (dosTask, session, { run, count }, { options }) =>
    dosTask(session, {
      ...options,
      ...run,
      onBands: count("levels", "k-point"),
      onLocal: count("local density of states", "energy"),
    }),
  async save(result, { options, title }, keep) {
    await keep("dos", options.out, (path) => writeResult(path, result));
    await keep("plot", options.plot, async (path) =>
      writePicture(
        path,
        await dosSvg(result, { title, width: options.pictureWidth, zeroName: zeroName(result) }),
      ),
    );
  },
  tell: (result, { host, title }, phases) => ({
    warnings: result.warnings,
    json: () => resultText(result),
    essential: () => essential(result),
    summary: () => `${title}\n\n${summary(result, host.stdout)}`,
    details: () => workDetails(phases, result.resources),
  }),
});

/** All that `--quiet` leaves. */
function essential(dos: DosFile): string {
  const states = statesAtFermiLevel(dos);
  const there = states === undefined ? "" : `, ${states.toFixed(4)} states per eV and cell there`;
  return `${zeroName(dos).replace("the ", "")} ${dos.fermiLevel.toFixed(8)} Ha${there}\n`;
}

/** [1/eV], both spins; undefined where the window ends before. */
function statesAtFermiLevel({ fermiLevel, energies, spins }: DosFile): number | undefined {
  const [first, last] = [energies[0]!, energies.at(-1)!];
  const at = Math.round(((fermiLevel - first) / (last - first)) * (energies.length - 1));
  if (!(at >= 0 && at < energies.length)) return undefined;
  return spins.reduce((sum, { density }) => sum + density[at]!, 0) / EV_PER_HARTREE;
}

const zeroName = ({ job }: DosFile): string =>
  job.temperature > 0 ? "the Fermi level" : "the highest filled level";

/** What a person wants to know: where levels are, how many states there are at the Fermi level. */
function summary(dos: DosFile, out: Output): string {
  const { fermiLevel, energies, spins, completeBelow, kgrid, kpoints, method, width, resources } = dos;
  const eV = (energy: number) => (energy - fermiLevel) * EV_PER_HARTREE;
  const total = energies.map(
    (_, i) => spins.reduce((sum, { density }) => sum + density[i]!, 0) / EV_PER_HARTREE,
  );
  const there = statesAtFermiLevel(dos);
  const rows: [string, string][] = [
    [
      zeroName(dos).replace("the ", ""),
      `${fermiLevel.toFixed(8)} Ha = ${(fermiLevel * EV_PER_HARTREE).toFixed(6)} eV`,
    ],
    ["energies", `${eV(energies[0]!).toFixed(3)} to ${eV(energies.at(-1)!).toFixed(3)} eV from there`],
    ["complete", `below ${eV(completeBelow).toFixed(3)} eV; more --bands reach higher`],
    ...(there === undefined
      ? []
      : [["states there", `${there.toFixed(4)} per eV and cell`] as [string, string]]),
    [
      "method",
      `${method}${method === "gaussian" ? ` of width ${width} Ha` : ""}, ${kgrid === undefined ? "the job's list" : `k-grid ${kgrid.join("x")}`}, ${kpoints} k-points`,
    ],
    ["took", `${resources.wallSeconds.toFixed(1)} s`],
  ];
  const pad = Math.max(...rows.map(([name]) => name.length)) + 2;
  const picture = out.isTerminal
    ? terminalPlot({
        points: energies.map((energy, i) => ({ x: Number(eV(energy).toFixed(2)), y: total[i]! })),
        xLabel: "energy (eV)",
        yLabel: "states per eV and cell",
      })
    : "";
  return `${[rows.map(([name, text]) => name.padEnd(pad) + text).join("\n"), picture].filter((block) => block !== "").join("\n\n")}\n`;
}
