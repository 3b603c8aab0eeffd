import { digestOf } from "../../common/digest.ts";
import { plural } from "../../common/plural.ts";
import { printable } from "../../common/text/plain-text.ts";
import { det } from "../../common/vec3.ts";
import type { Claim } from "../../errors/certify/certificate.ts";
import { atomsOf } from "../../errors/problem/exact-problem.ts";
import { aboveText, outwardText } from "../../interval/decimal.ts";
import { interval } from "../../interval/interval.ts";
import type { CertificateReport } from "../../job/tasks/verify/verify-certificate.ts";
import { formula } from "../../model/structure.ts";
import type { Host } from "../host.ts";
import { styled } from "../terminal/style.ts";

/** Numbers that a certificate claims of one k-point. */
interface Claimed {
  readonly k: readonly number[];
  readonly spin?: 0 | 1 | undefined;
  readonly claims: readonly Claim[];
}

/** k-points whose claims a summary lists. */
const MOST_POINTS = 8;

/** Intervals of bands 1, 2, … [Ha], rounded outwards. */
export const claimsText = (claims: readonly Claim[]): string =>
  `${claims.map(({ lower, upper }) => outwardText(interval(lower, upper))).join(" ")} Ha`;

/** Names a k-point, and its spin where there are two. */
export const placeText = ({
  k,
  spin,
}: {
  readonly k: readonly number[];
  readonly spin?: 0 | 1 | undefined;
}) => `k = [${k.join(", ")}]${spin === undefined ? "" : `, spin ${spin === 0 ? "up" : "down"}`}`;

/** The same for k-points, a line each. */
export function claimLines(points: readonly Claimed[]): string[] {
  const lines = points
    .slice(0, MOST_POINTS)
    .map((point) => `${placeText(point)}: ${claimsText(point.claims)}`);
  const rest = points.length - lines.length;
  return rest > 0 ? [...lines, `… and ${plural(rest, "k-point")} more`] : lines;
}

const formulaOf = ({ problem }: CertificateReport["head"]): string =>
  formula({ atoms: atomsOf(problem).map(({ potential: { element }, position }) => ({ element, position })) });

/** What the problem of a certificate is: enough to recognise it, and a digest of every number. */
function problemLines({ head }: CertificateReport): string[] {
  const { problem, spinDown, problemHash, title, stillwave, origin } = head;
  const atoms = atomsOf(problem);
  const kinds = new Map<string, number>();
  for (const { potential } of atoms) {
    const { element, name, charge } = potential;
    const key = `${element} ${name}${potential.kind === "tabulated" ? ", a table of it" : ""}, Z = ${charge}, digest ${digestOf(potential)}`;
    kinds.set(key, (kinds.get(key) ?? 0) + 1);
  }
  const what = {
    "cohen-bergstresser": "empirical potential, infinite basis",
    core: "pseudopotentials alone, infinite basis",
    frozen: "pseudopotentials and a stored potential, infinite basis",
  }[problem.kind];
  return [
    `${printable(title ?? "untitled")}, written by stillwave ${printable(stillwave)}`,
    `problem    ${printable(formulaOf(head)) || "no atoms"}: ${what}`,
    `lattice    ${problem.lattice.map((row) => `[${row.join(", ")}]`).join(" ")} bohr, ${Math.abs(det(problem.lattice)).toPrecision(6)} bohr³`,
    ...atoms.slice(0, MOST_POINTS).map(({ potential, position }) => `atom       ${printable(potential.element)} at [${position.join(", ")}]`),
    ...(atoms.length > MOST_POINTS ? [`           … and ${plural(atoms.length - MOST_POINTS, "atom")} more`] : []),
    ...[...kinds].map(([name, count]) => `potential  ${printable(name)}, ${plural(count, "atom")}`),
    ...(problem.kind === "frozen" ? [`stored     ${plural(problem.coefficients.length, "Fourier coefficient")}${spinDown === undefined ? "" : ` of spin up, ${spinDown.length} of spin down`}`] : []),
    `digest     ${problemHash} (SHA-256 of the problem, every number of it)`,
    ...(origin === undefined ? [] : [`said of it ${printable(JSON.stringify(origin))}; no proof rests on that`]),
  ]; // biome-ignore format: a line for each
}

/** Where and why something does not stand. */
export const failureText = ({ k, spin, reason }: CertificateReport["failures"][number]): string =>
  k === undefined ? reason : `${placeText({ k, spin })}, ${reason}`;

/** What the certificate says of the self-consistent energy, and of which one. */
function energyLines({ energy }: CertificateReport["head"]): string[] {
  if (energy === undefined) return [];
  const { electrons, mesh, lower, upper, densityError, levels = [] } = energy;
  const whole = mesh.reduce((sum, { multiplicity }) => sum + multiplicity, 0);
  return [
    `model      reduced Hartree-Fock, ${plural(electrons, "electron")} a cell, sampled at ${plural(whole, "k-point")} (${mesh.length} below, k and −k as one)`,
    `energy     claimed: ${outwardText(interval(lower, upper))} Ha hold the least one; the density of the stored potential is off by at most ${aboveText(densityError)} √Ha`,
    ...(levels.length > 0
      ? ["levels     claimed of the self-consistent operator, whose potential has no mean:"]
      : []),
    ...claimLines(levels.map((claims, i) => ({ k: mesh[i]?.k ?? [], claims }))).map(
      (line) => `           ${line}`,
    ),
  ];
}

/** What was verified: the problem, the claims, the verdict and what it takes for granted. */
export function verdictSummary(report: CertificateReport, seconds: number, host: Host): string {
  const { head, points, enclosures, widest, failures, assumptions, foreignAssumptions, uncompared } = report;
  const paint = styled(host.stdout);
  const verdict =
    failures.length === 0
      ? [
          `${paint("green", "every enclosure stands")}: proved again from the stored vectors in ${seconds.toFixed(1)} s, if`,
          ...assumptions.map((assumption) => `- ${assumption}`),
        ]
      : [
          ...failures.map((failure) => `${paint("red", "does not stand:")} ${failureText(failure)}`),
          `${failures.length} failures; the certificate is not valid`,
        ];
  return `${[
    ...problemLines(report),
    ...energyLines(head),
    `claims     ${head.points} k-points, ${enclosures} enclosures of at most ${aboveText(widest)} Ha: bands 1, 2, … in`,
    ...claimLines(points).map((line) => `           ${line}`),
    ...verdict,
    ...foreignAssumptions.map(
      (foreign) =>
        `the file also assumes, and nothing above rests on it: ${printable(foreign).slice(0, 200)}`,
    ),
    ...uncompared.map((line) => `not compared with the job: ${line}`),
  ].join("\n")}\n`;
}

/** The same for another program. */
export const verdictJson = (report: CertificateReport, seconds: number): string =>
  `${JSON.stringify(
    {
      valid: report.failures.length === 0,
      title: report.head.title,
      origin: report.head.origin,
      problem: report.head.problem.kind,
      formula: formulaOf(report.head),
      lattice: report.head.problem.lattice,
      problemHash: report.head.problemHash,
      energy: report.head.energy,
      points: report.head.points,
      enclosures: report.enclosures,
      widest: report.widest,
      claims: report.points.map(({ k, spin, claims }) => ({ k, spin, claims })),
      failures: report.failures,
      assumptions: report.assumptions,
      foreignAssumptions: report.foreignAssumptions,
      uncompared: report.uncompared,
      seconds,
    },
    undefined,
    1,
  )}\n`;
