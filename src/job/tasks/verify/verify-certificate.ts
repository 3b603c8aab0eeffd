import { InputError, requireInput } from "../../../common/failure.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import { ASSUMPTIONS } from "../../../errors/certify/band-enclosure.ts";
import { type CertifiedPoint, type Claim, checkPoint } from "../../../errors/certify/certificate.ts";
import { requireFeasible } from "../../../errors/certify/proof-size.ts";
import {
  type EnergyClaim,
  energyFailure,
  pointwiseProof,
} from "../../../errors/energy/energy-certificate.ts";
import { type EnclosedProblem, encloseProblem } from "../../../errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../../errors/problem/exact-problem.ts";
import { type CertificateHead, parseHead, parsePoint } from "../../../io/certificate/certificate-file.ts";
import { createKernels } from "../../../kernels/backends.ts";
import type { BackendName, Kernels } from "../../../kernels/kernels.ts";
import { openSession, type SessionOptions } from "../../prepare/session.ts";
import { parseJob } from "../../schema/schema.ts";
import { requireCertifiedJob } from "./certified-job.ts";

export interface VerifyOptions extends Pick<SessionOptions, "readText"> {
  /** Kernels that the proofs are made with. Default wasm. */
  readonly backend?: BackendName;
  /** Content of a job file that the certificate must be of. */
  readonly job?: unknown;
  readonly onPoint?: (done: number, total: number, point: CheckedPoint) => void;
}

/** What was found at one k-point. */
export interface CheckedPoint {
  readonly k: Vec3;
  readonly spin?: 0 | 1 | undefined;
  readonly claims: readonly Claim[];
  /** Longest claimed interval [Ha]. */
  readonly widest: number;
  readonly failures: number;
}

/** A claim that does not stand; without k it is that of the energy. */
export interface CertificateFailure {
  readonly k?: Vec3;
  readonly spin?: 0 | 1 | undefined;
  readonly reason: string;
}

/** What a check of a certificate found. */
export interface CertificateReport {
  readonly head: CertificateHead;
  readonly points: readonly CheckedPoint[];
  /** Enclosures in all. */
  readonly enclosures: number;
  /** Longest claimed interval [Ha]. */
  readonly widest: number;
  /** What does not stand, and at which k-point; empty for a valid certificate. */
  readonly failures: readonly CertificateFailure[];
  /** What this check took for granted, whatever the file says. */
  readonly assumptions: readonly string[];
  /** Assumptions of the file that are none of these: nothing here rests on them. */
  readonly foreignAssumptions: readonly string[];
  /** What of the job could not be compared, where one was given. */
  readonly uncompared: readonly string[];
}

/**
 * Proves every claim of a certificate again from its stored numbers, without a solver and without
 * trusting any of them: the claims stand if they contain what is proved.
 *
 * @param lines of a certificate file, in order
 * @throws InputError where the file is damaged, cut off, has unknown fields, would take more than a
 *   proof of this size may, or is not of the job
 */
export async function verifyCertificate(
  lines: Iterable<string> | AsyncIterable<string>,
  { backend = "wasm", job, readText, onPoint }: VerifyOptions = {},
): Promise<CertificateReport> {
  const session = job === undefined ? undefined : await openSession(parseJob(job), readText && { readText });
  const kernels = await createKernels(backend);
  let head: CertificateHead | undefined;
  /** Of each spin. */
  let problems: readonly [EnclosedProblem, EnclosedProblem] | undefined;
  const points: CheckedPoint[] = [];
  const failures: CertificateFailure[] = [];
  let energy: ReturnType<typeof energyCheck> | undefined;
  const uncompared: string[] = [];
  for await (const line of lines) {
    if (line.trim() === "") continue;
    if (head === undefined || problems === undefined) {
      head = await parseHead(line);
      if (session !== undefined) uncompared.push(...(await requireCertifiedJob(head, session)));
      const problem = encloseProblem(head.problem);
      problems = [problem, head.spinDown === undefined ? problem : encloseProblem(downProblem(head))];
      if (head.energy !== undefined) energy = energyCheck(kernels, head, head.energy, problem);
      continue;
    }
    const total = head.points;
    requireInput(
      points.length < total,
      () => `certificate points: must be the ${total} of line 1, got more; the file was changed`,
    );
    const { k, spin, claims, proposals } = await parsePoint(line, points.length + 2, head);
    requireInput(
      head.spinDown === undefined || spin !== undefined,
      () => `certificate line ${points.length + 2}: must have a spin, 0 or 1, got none beside spinDown`,
    );
    const problem = problems[spin ?? 0];
    const { energy: claim } = head;
    requireFeasible(problem, proposals, claim && { grid: claim.grid, orbitals: claim.electrons / 2 });
    const reasons = checkPoint(kernels, problem, { k, claims, proposals });
    // an energy rests on all k-points: after a failure there is none to be proved
    if (energy !== undefined && failures.length === 0 && reasons.length === 0)
      reasons.push(...energy.add({ k, claims, proposals }, points.length));
    for (const reason of reasons) failures.push({ k, ...(spin === undefined ? {} : { spin }), reason });
    const widest = Math.max(...claims.map(({ lower, upper }) => upper - lower));
    const point = { k, ...(spin === undefined ? {} : { spin }), claims, widest, failures: reasons.length };
    points.push(point);
    onPoint?.(points.length, total, point);
  }
  requireInput(head !== undefined, () => "certificate: must hold a problem and k-points, got an empty file");
  const { points: total, assumptions } = head;
  requireInput(
    points.length === total,
    () => `certificate points: must be the ${total} of line 1, got ${points.length}; the file is cut off`,
  );
  if (energy !== undefined) failures.push(...energy.failures(failures.length));
  return {
    head,
    points,
    enclosures: points.reduce((sum, { claims }) => sum + claims.length, 0),
    widest: Math.max(...points.map(({ widest }) => widest)),
    failures,
    assumptions: ASSUMPTIONS,
    foreignAssumptions: assumptions.filter((assumption) => !ASSUMPTIONS.includes(assumption)),
    uncompared,
  };
}

/** The problem of spin ↓: the lattice and the atoms are those of ↑. */
function downProblem({ problem, spinDown = [] }: CertificateHead): ExactProblem {
  requireInput(
    problem.kind === "frozen",
    () => `certificate spinDown: must stand beside a frozen problem, got ${problem.kind}`,
  );
  return { ...problem, coefficients: spinDown };
}

/**
 * Checks the claim of an energy along with its k-points, whose bands must stand before they count.
 *
 * @throws InputError where the problem is none of a self-consistent energy, or too large
 */
function energyCheck(
  kernels: Kernels,
  { problem, spinDown, points }: CertificateHead,
  claim: EnergyClaim,
  enclosed: EnclosedProblem,
) {
  requireInput(
    problem.kind === "frozen" && spinDown === undefined && claim.mesh.length === points,
    () =>
      `certificate energy: must be of a frozen problem without spin and as many k-points as follow, got ${problem.kind}, ${claim.mesh.length} and ${points}`,
  );
  const proof = pointwiseProof(kernels, problem, enclosed, claim);
  return {
    /** Returns why a k-point does not serve the energy. */
    add(point: CertifiedPoint, index: number): string[] {
      const { k } = claim.mesh[index]!;
      if (k.some((x, i) => x !== point.k[i]))
        return [`energy: k-point ${index + 1} of the sampling is ${k.join(", ")}`];
      try {
        proof.add(point);
        return [];
      } catch (error) {
        if (error instanceof InputError) return [`energy: ${error.message}`];
        throw error;
      }
    },
    failures(before: number): CertificateFailure[] {
      if (before > 0)
        return [{ reason: "energy: rests on the bands of every k-point, and not all of them stand" }];
      const reason = energyFailure(claim, proof.result());
      return reason === undefined ? [] : [{ reason }];
    },
  };
}
