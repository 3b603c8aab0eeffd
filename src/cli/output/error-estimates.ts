import { BOHR_PER_ANGSTROM, GIGAPASCAL_PER_ATOMIC, MEV_PER_HARTREE } from "../../common/units.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import type { ResultErrors } from "../../job/tasks/scf/result-errors.ts";
import { type DrawnErrors, NOTHING } from "../../plot/error-parts.ts";
import { ERROR_PARTS, ERROR_QUANTITIES, type ErrorPartName, type ErrorQuantity } from "../../refine/parts.ts";
import { textTable } from "./text-table.ts";

const PART_NAMES: Readonly<Record<ErrorPartName, string>> = {
  basis: "basis",
  kpoints: "k-points",
  smearing: "smearing",
  scf: "SCF",
  eigensolver: "eigensolver",
  rounding: "rounding",
};
const UNITS: Readonly<Record<ErrorQuantity, { readonly title: string; readonly factor: number }>> = {
  energy: { title: "free energy (meV)", factor: MEV_PER_HARTREE },
  forces: { title: "largest force (meV/A)", factor: MEV_PER_HARTREE * BOHR_PER_ANGSTROM },
  stress: { title: "stress, row (GPa)", factor: GIGAPASCAL_PER_ATOMIC },
};

/** The estimated errors as a block for a person; nothing where none were asked for. */
export function errorEstimates({ errors }: Pick<ResultFile, "errors">): string {
  if (errors === undefined) return "";
  const { basis, parts, total } = errors;
  const number = (quantity: ErrorQuantity, error: number) => digits(UNITS[quantity].factor * error);
  const cell = (name: ErrorPartName, quantity: ErrorQuantity) => {
    const part = parts[name][quantity];
    return "error" in part ? `${number(quantity, part.error)}${part.doubt === undefined ? "" : "?"}` : "-";
  };
  const table = textTable(
    ["estimated errors", ...ERROR_QUANTITIES.map((quantity) => UNITS[quantity].title)],
    [
      ...ERROR_PARTS.map((name) => [
        PART_NAMES[name],
        ...ERROR_QUANTITIES.map((quantity) => cell(name, quantity)),
      ]),
      [
        "sum of moduli",
        ...ERROR_QUANTITIES.map((quantity) => {
          const found = total[quantity];
          return found === undefined ? "-" : number(quantity, found.sum);
        }),
      ],
    ],
    { left: [0] },
  ).trimEnd();
  const toEv = (ha: number) => digits(MEV_PER_HARTREE * ha);
  return [
    table,
    `corrected free energy   ${total.energy.corrected.toFixed(10)} Ha`,
    `basis against ${Number(basis.cutoff.toPrecision(6))} Ha: levels ${toEv(basis.levels.error)} meV, Fermi level ${toEv(basis.fermiLevel.error)} meV, density ${basis.density.error.toExponential(1)} bohr^-3/2`,
    ...unknown(errors),
  ].join("\n");
}

/** The parts for a picture, in the units of the table. */
export const drawnErrors = ({ parts }: Pick<ResultErrors, "parts">): DrawnErrors[] =>
  ERROR_QUANTITIES.map((quantity) => ({
    quantity: UNITS[quantity].title,
    parts: ERROR_PARTS.map((name) => {
      const part = parts[name][quantity];
      return {
        name: PART_NAMES[name],
        error: "error" in part ? UNITS[quantity].factor * part.error : undefined,
      };
    }),
  }));

/** Three digits. */
export const digits = (value: number): string =>
  Math.abs(value) < NOTHING
    ? "0"
    : Math.abs(value) < 1e-3
      ? value.toExponential(1)
      : Math.abs(value) < 999.5
        ? value.toPrecision(3)
        : value.toFixed(0);

/** What is not estimated, a line for each reason. */
function unknown({ parts }: Pick<ResultErrors, "parts">): string[] {
  const missing = new Map<string, string[]>();
  for (const name of ERROR_PARTS)
    for (const quantity of ERROR_QUANTITIES) {
      const part = parts[name][quantity];
      if ("reason" in part)
        missing.set(part.reason, [...(missing.get(part.reason) ?? []), `${PART_NAMES[name]} of ${quantity}`]);
    }
  return [...missing].map(([reason, which]) => `not estimated: ${which.join(", ")}: ${reason}`);
}
