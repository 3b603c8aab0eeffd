import { BOHR_PER_ANGSTROM, EV_PER_HARTREE, GIGAPASCAL_PER_ATOMIC } from "../../common/units.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";

const LABEL = 24;

/** The estimated errors as a block for a person; nothing where none were asked for. */
export function errorEstimates({ errors }: Pick<ResultFile, "errors">): string {
  if (errors === undefined) return "";
  const { basis, smearing } = errors;
  const row = (label: string, value: number, unit: string, corrected = "") =>
    `${label.padEnd(LABEL)}${value.toExponential(2).padStart(11)} ${unit.padEnd(14)}${corrected}`;
  const rows = [
    row("free energy", basis.energy.error * EV_PER_HARTREE, "eV", `${basis.energy.corrected.toFixed(10)} Ha`),
    row("density, norm", basis.density.error, "bohr^-3/2"),
  ];
  if (basis.forces !== undefined)
    rows.push(row("largest force", basis.forces.error * EV_PER_HARTREE * BOHR_PER_ANGSTROM, "eV/A"));
  if (basis.stress !== undefined)
    rows.push(row("stress, largest row", basis.stress.error * GIGAPASCAL_PER_ATOMIC, "GPa"));
  rows.push(row("largest level", basis.levels.error * EV_PER_HARTREE, "eV"));
  rows.push(
    row(
      "Fermi level",
      basis.fermiLevel.error * EV_PER_HARTREE,
      "eV",
      `${basis.fermiLevel.corrected.toFixed(8)} Ha`,
    ),
  );
  const lines = [
    `estimated error of the basis (against ${Number(basis.cutoff.toPrecision(6))} Ha)`.padEnd(LABEL + 26) +
      "corrected",
    ...rows,
  ];
  if (smearing !== undefined)
    lines.push(
      "estimated error of the smearing (against width 0)",
      row(
        "free energy",
        smearing.energy.error * EV_PER_HARTREE,
        "eV",
        `${smearing.energy.corrected.toFixed(10)} Ha`,
      ),
    );
  return lines.join("\n");
}
