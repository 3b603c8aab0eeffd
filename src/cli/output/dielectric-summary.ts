import { plural } from "../../common/plural.ts";
import type { DielectricFile, ExtremeEigenvalue } from "../../job/tasks/dielectric/dielectric-result.ts";
import type { Output } from "../host.ts";
import { styled } from "../terminal/style.ts";

const LABEL = 28;

/** Residuals of Arnoldi's recursion below this lie within the error of the response. */
const SMALLEST = 1e-6;

/** The analysis as a small table for a person. Everything in it is an estimate. */
export function dielectricSummary(file: DielectricFile, out: Output): string {
  const { smallest, largest, predicted, jobDamping, observed, arnoldi, preconditioner } = file;
  const paint = styled(out);
  if (smallest === undefined || largest === undefined)
    return `${paint("red", "no analysis:")} ${file.reason ?? "there is no ground state"}\n`;
  const line = (label: string, value: string, note = "") =>
    `${label.padEnd(LABEL)}${value.padStart(12)}${note === "" ? "" : `  ${note}`}`;
  const eigenvalue = (label: string, { value, residual }: ExtremeEigenvalue) =>
    line(
      label,
      value.toFixed(5),
      `residual ${residual < SMALLEST ? `below ${SMALLEST.toExponential()}` : residual.toExponential(1)}`,
    );
  const rows = [
    paint("bold", `dielectric operator P⁻¹ε† with P of ${preconditioner} (dimensionless estimates)`),
    eigenvalue("smallest eigenvalue", smallest),
    eigenvalue("largest eigenvalue", largest),
  ];
  if (predicted !== undefined)
    rows.push(
      line("condition number κ", predicted.condition.toFixed(3)),
      line("optimal damping", predicted.optimalDamping.toFixed(4), "2/(λmin + λmax)"),
      line("converges for damping below", predicted.largestDamping.toFixed(4), "2/λmax"),
      "",
      paint("bold", "error after a step over error before"),
      line("damped, optimal damping", predicted.dampedRate.toFixed(4), steps(predicted.dampedRate)),
      line("Anderson", predicted.andersonRate.toFixed(4), steps(predicted.andersonRate)),
    );
  else
    rows.push(paint("red", "an eigenvalue is not positive: no damping makes the plain iteration converge"));
  if (jobDamping !== undefined)
    rows.push(
      line(
        `damped, α = ${jobDamping.damping}`,
        jobDamping.dampedRate.toFixed(4),
        jobDamping.dampedRate < 1 ? steps(jobDamping.dampedRate) : "diverges",
      ),
    );
  const stopped = observed?.interrupted === true ? "interrupted; " : "";
  if (observed !== undefined)
    rows.push(
      line(
        `observed, α = ${observed.damping.toFixed(4)}`,
        observed.rate === undefined ? "-" : observed.rate.toFixed(4),
        observed.rate === undefined
          ? `${stopped}too few steps to tell`
          : `${stopped}last of ${observed.residuals.length} damped steps; predicted ${observed.predictedRate.toFixed(4)}`,
      ),
    );
  if (arnoldi !== undefined)
    rows.push(
      "",
      `${arnoldi.steps} products with the operator, ${arnoldi.hamiltonianApplications} with the Hamiltonian; ` +
        `${file.resources.wallSeconds.toFixed(1)} s in all`,
    );
  return `${rows.join("\n")}\n`;
}

/** All that `--quiet` leaves. */
export function essentialDielectric({ smallest, largest, predicted, reason }: DielectricFile): string {
  if (smallest === undefined || largest === undefined)
    return `no analysis: ${reason ?? "there is no ground state"}\n`;
  const ends = `eigenvalues ${smallest.value.toFixed(5)} to ${largest.value.toFixed(5)}`;
  if (predicted === undefined) return `${ends}: no damping makes the plain iteration converge\n`;
  return `condition number ${predicted.condition.toFixed(3)}, ${ends}, optimal damping ${predicted.optimalDamping.toFixed(4)} (estimates)\n`;
}

/** What `--verbose` adds: the ground state that was looked at, and every Ritz value. */
export function dielectricDetails({ groundState, arnoldi }: DielectricFile): string {
  const { iterations, energy, densityResidual } = groundState;
  const ground = `ground state after ${plural(iterations, "step")}: free energy ${energy.toFixed(10)} Ha, density residual ${densityResidual.toExponential(1)}`;
  if (arnoldi === undefined) return `${ground}\n\n`;
  const values = arnoldi.ritzValues.map((value) => value.toFixed(5).padStart(10));
  const rows = values.flatMap((_, i) =>
    i % RITZ_PER_LINE === 0 ? [values.slice(i, i + RITZ_PER_LINE).join("")] : [],
  );
  return `${ground}\nRitz values of the last product (largest imaginary part ${arnoldi.largestImaginaryPart.toExponential(1)})\n${rows.join("\n")}\n\n`;
}

const RITZ_PER_LINE = 8;

/** How many steps divide the error by a million. */
const steps = (rate: number): string =>
  rate > 0 ? `${Math.ceil(Math.log(1e-6) / Math.log(rate))} steps for a factor 10⁻⁶` : "";
