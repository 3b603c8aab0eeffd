import { plural } from "../../common/plural.ts";
import { printable } from "../../common/text/plain-text.ts";
import { BOHR_PER_ANGSTROM, EV_PER_HARTREE } from "../../common/units.ts";
import { aboveText, outwardText } from "../../interval/decimal.ts";
import { interval } from "../../interval/interval.ts";
import { pseudopotentialsText } from "../../job/prepare/pseudopotentials-in-use.ts";
import { pastSteps } from "../../job/schema/accelerators.ts";
import type { Job } from "../../job/schema/job.ts";
import type { EnergyBounds } from "../../job/tasks/scf/energy-bars/energy-bars.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import { terminalPlot } from "../../plot/drawing/terminal.ts";
import type { Output } from "../host.ts";
import { unsignedZero } from "../terminal/live-table.ts";
import { styled } from "../terminal/style.ts";
import { CONVERGENCE_GUIDE } from "../work/shipped.ts";
import { accuracyText } from "./accuracy.ts";
import { claimLines } from "./certificate-summary.ts";
import { checksText, failedText } from "./checks.ts";
import { errorEstimates } from "./error-estimates.ts";

/** Forces of more atoms than this are left to the result file. */
const MOST_FORCES = 12;

/** What a person wants to know before the run: which job this is. */
export function headline(job: Job, name: string, accuracy?: string): string {
  const { accelerator, mixing } = job.scf;
  const steps = pastSteps(accelerator);
  const depth = steps > 0 ? `(${steps})` : "";
  const accelerated = accelerator.name === "none" ? "" : ` + ${accelerator.name}${depth}`;
  const smeared = job.temperature > 0 ? [`${job.smearing} ${job.temperature} Ha`] : [];
  const functional = typeof job.functional === "string" ? job.functional : job.functional.join(" + ");
  const facts = [
    functional,
    ...(accuracy === undefined
      ? [`ecut ${job.ecut} Ha`, kpointsText(job)]
      : [`cutoff and k-grid for ${accuracy}`]),
    ...smeared,
    ...(job.spin === "collinear" ? ["spin-polarised"] : []),
    `${mixing.name}${accelerated}`,
  ];
  return `${printable(job.title ?? name)}\n${facts.join(", ")}`;
}

function kpointsText({ kgrid, kshift, kshifts, kpoints }: Job): string {
  if (kpoints !== undefined) return plural(kpoints.length, "listed k-point");
  const divisions = "spacing" in kgrid ? `spacing ${kgrid.spacing} 1/A` : kgrid.join("x");
  const shifts = (kshifts ?? [kshift]).map((shift) => shift.join(" "));
  const isShifted = shifts.length > 1 || shifts[0] !== "0 0 0";
  return `k-grid ${divisions}${isShifted ? ` shifted by ${shifts.join(" and ")}` : ""}`;
}

/** The result as text for a person; with a picture of the convergence on a terminal. */
export function summary(result: ResultFile, out: Output): string {
  const paint = styled(out);
  const failed = failedText(result);
  const converged = `converged in ${plural(result.iterations, "step")}`;
  const verdict = result.converged
    ? failed === ""
      ? paint("green", converged)
      : paint("red", `${converged}, but ${failed}`)
    : paint(
        "red",
        [
          `NOT converged after ${plural(result.iterations, "step")}: ${result.reason ?? result.status}`,
          ...diagnosisLines(result),
        ].join("\n"),
      );
  const blocks = [
    verdict,
    energies(result),
    facts(result),
    forces(result),
    stress(result),
    errorEstimates(result),
    accuracyText(result),
    ...(out.isTerminal ? [picture(result)] : []),
  ];
  return `\n${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

const LABELS: Readonly<Record<string, string>> = {
  pspCorrection: "psp correction",
  dipole: "dipole layer",
  entropy: "entropy (-TS)",
  total: "free energy",
};

/** The parts, then a rule, then their sum. */
function energies({ energies: { total, ...parts } }: ResultFile): string {
  const rows = [...Object.entries(parts), ["total", total] as const].filter(
    ([, value]) => value !== undefined,
  );
  const line = (label: string, hartree: number) =>
    `${label.padEnd(16)}${hartree.toFixed(10).padStart(20)}${(hartree * EV_PER_HARTREE).toFixed(6).padStart(18)}`;
  const lines = rows.map(([name, value]) => line(LABELS[name] ?? name, value!));
  lines.splice(-1, 0, "─".repeat(54));
  return [`${"energy".padEnd(16)}${"Ha".padStart(20)}${"eV".padStart(18)}`, ...lines].join("\n");
}

function facts(result: ResultFile): string {
  const { fermiLevel, electrons, kpoints, planeWaves, fftSize, resources } = result;
  const rows: [string, string][] = [];
  if (fermiLevel !== undefined)
    rows.push([
      "Fermi level",
      `${fermiLevel.toFixed(8)} Ha = ${(fermiLevel * EV_PER_HARTREE).toFixed(6)} eV`,
    ]);
  rows.push(...vacuum(result), ...dipole(result), ...moments(result));
  const bands = kpoints[0]?.eigenvalues.length ?? 0;
  const [fewest, most] = [Math.min(...planeWaves), Math.max(...planeWaves)];
  const waves = planeWaves.length === 0 ? "no" : fewest === most ? `${most}` : `${fewest} to ${most}`;
  rows.push([
    "size",
    `${plural(electrons, "electron")}, ${plural(bands, "band")}, ${plural(kpoints.filter(({ spin = 0 }) => spin === 0).length, "k-point")}, ${waves} plane waves, grid ${fftSize.join("x")}`,
  ]);
  const group = symmetryText(result);
  if (group !== undefined) rows.push(["symmetry", group]);
  if (result.energyBounds !== undefined) rows.push(...enclosed(result.energyBounds));
  if (result.checks !== undefined) rows.push(["checks", checksText(result.checks)]);
  rows.push(["pseudopotential", pseudopotentialsText(result.pseudopotentials)]);
  rows.push(["took", resourceText(resources)]);
  return rows.map(([label, text]) => `${label.padEnd(16)}${text}`).join("\n");
}

/** What is proved to hold the energy and the levels, and how far a certificate's density is off. */
function enclosed({ lower, upper, certificateDensity, levels, kpoints }: EnergyBounds): [string, string][] {
  const rows: [string, string][] = [
    [
      "proved",
      `${outwardText(interval(lower, upper))} Ha hold the energy in the infinite basis, sampled at ${plural(kpoints, "k-point")}`,
    ],
  ];
  if (levels !== undefined) {
    const widest = Math.max(...levels.flatMap(({ bands }) => bands.map(({ lower, upper }) => upper - lower)));
    rows.push(["", `levels of the self-consistent operator, in at most ${aboveText(widest)} Ha each:`]);
    for (const line of claimLines(levels.map(({ k, bands }) => ({ k, claims: bands }))))
      rows.push(["", line]);
  }
  if (certificateDensity === undefined) return rows;
  const { ecut, error } = certificateDensity;
  rows.push([
    "",
    `the density of the certificate's potential, found at ${ecut} Ha, is off by at most ${aboveText(error)} in the Coulomb norm [√Ha]`,
  ]);
  return rows;
}

/** Surfaces differ where their vacuum levels do by more than this [Ha]. */
const SAME_SURFACE = 1e-4;

/** Work functions of a slab of a metal; what removes an electron from an insulating one. */
function vacuum({
  vacuum: beside,
  dipole: corrected,
  charge,
  fermiLevel,
  job,
}: ResultFile): [string, string][] {
  if (beside === undefined || fermiLevel === undefined) return [];
  const [below, above] = beside.levels.map((level) => EV_PER_HARTREE * (level - fermiLevel));
  const field = EV_PER_HARTREE * BOHR_PER_ANGSTROM * beside.slope;
  const text =
    Math.abs(beside.levels[0] - beside.levels[1]) < SAME_SURFACE
      ? `${((below! + above!) / 2).toFixed(4)} eV`
      : `${below!.toFixed(4)} eV below and ${above!.toFixed(4)} eV above along axis ${beside.axis + 1}${corrected === undefined ? `; a field of ${field.toFixed(4)} eV/A crosses the vacuum${charge === undefined ? `, which "dipoleCorrection": true takes away` : ""}` : ""}`;
  return [[job.temperature > 0 ? "work function" : "ionisation", text]];
}

/** The dipole of a slab whose images were kept from it. */
function dipole({ dipole: corrected }: ResultFile): [string, string][] {
  if (corrected === undefined) return [];
  const { axis, moment, step, position } = corrected;
  const text = `${unsignedZero(moment.toFixed(5))} e bohr per cell along axis ${axis + 1}, corrected: the potential jumps by ${unsignedZero((EV_PER_HARTREE * step).toFixed(4))} eV at ${position.toFixed(4)}`;
  return [["dipole", text]];
}

/** `Fd-3m (227), 48 operations`. */
export const symmetryText = ({
  symmetry,
}: {
  readonly symmetry?: ResultFile["symmetry"] | undefined;
}): string | undefined =>
  symmetry && `${symmetry.spaceGroup} (${symmetry.number}), ${plural(symmetry.operations, "operation")}`;

/** Moments in the spheres of more atoms than this are left to the result file. */
const MOST_MOMENTS = 6;

function moments({
  magnetisation,
  absoluteMagnetisation,
  atomicMagnetisation,
}: ResultFile): [string, string][] {
  if (magnetisation === undefined || absoluteMagnetisation === undefined) return [];
  const digits = (x: number) => unsignedZero(x.toFixed(4));
  const rows: [string, string][] = [
    [
      "magnetic moment",
      `${digits(magnetisation)} muB in all, ${digits(absoluteMagnetisation)} muB without sign`,
    ],
  ];
  if (atomicMagnetisation !== undefined && atomicMagnetisation.moments.length <= MOST_MOMENTS)
    rows.push([
      "around atoms",
      `${atomicMagnetisation.moments.map(digits).join(", ")} muB within ${atomicMagnetisation.sphereRadius.toFixed(2)} bohr`,
    ]);
  return rows;
}

export function resourceText({
  wallSeconds,
  cpuSeconds,
  peakMemoryBytes,
  threads,
  backend,
}: ResultFile["resources"]): string {
  const parts = [`${wallSeconds.toFixed(1)} s`];
  if (cpuSeconds !== undefined) parts.push(`${cpuSeconds.toFixed(1)} s of processor time`);
  if (peakMemoryBytes !== undefined) parts.push(`${Math.round(peakMemoryBytes / 2 ** 20)} MiB`);
  return [...parts, plural(threads, "thread"), `${backend} back end`].join(", ");
}

/** What keeps a run from converging, what to do, and where there is more of it, a line each. */
function diagnosisLines({ diagnosis, reason }: ResultFile): string[] {
  if (diagnosis === undefined) return [];
  const { cause, remedy } = diagnosis;
  return [
    ...(cause === reason ? [] : [`cause: ${cause}`]),
    `remedy: ${remedy}`,
    `more: ${CONVERGENCE_GUIDE}`,
  ];
}

function forces({ forces: all, job, converged }: ResultFile): string {
  if (all === undefined || all.length > MOST_FORCES) return "";
  const atoms = "atoms" in job.structure ? job.structure.atoms : [];
  const rows = all.map((force, i) => {
    const cells = force.map((x) => fixed(x).padStart(14)).join("");
    return `${`${i + 1} ${atoms[i]?.element ?? ""}`.padEnd(16)}${cells}`;
  });
  return [
    ...(converged ? [] : ["forces of a density that has not converged:"]),
    `${"force (Ha/bohr)".padEnd(16)}${["x", "y", "z"].map((axis) => axis.padStart(14)).join("")}`,
    ...rows,
  ].join("\n");
}

function stress({ stress: tensor }: ResultFile): string {
  if (tensor === undefined) return "";
  return [
    `${"stress (Ha/bohr³)".padEnd(16)}${["x", "y", "z"].map((axis) => axis.padStart(14)).join("")}`,
    ...tensor.map((row, c) => `${"xyz"[c]!.padEnd(16)}${row.map((x) => fixed(x).padStart(14)).join("")}`),
  ].join("\n");
}

/** Eight decimals. */
const fixed = (x: number): string => unsignedZero(x.toFixed(8));

function picture({ history, job }: ResultFile): string {
  const { density } = job.scf.tolerance;
  return terminalPlot({
    points: history.map((row) => ({ x: row.step, y: Math.log10(row.densityResidual) })),
    xLabel: "SCF step",
    yLabel: "log10 of the density residual (bohr^-3/2)",
    ...(density === undefined ? {} : { level: Math.log10(density) }),
  });
}
