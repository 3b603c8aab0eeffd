import { requireInput } from "../../../common/failure.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import { ASSUMPTIONS } from "../../../errors/certify/band-enclosure.ts";
import { type Claim, checkPoint } from "../../../errors/certify/certificate.ts";
import { requireFeasible } from "../../../errors/certify/proof-size.ts";
import { type EnclosedProblem, encloseProblem } from "../../../errors/problem/enclosed-hamiltonian.ts";
import { type CertificateHead, parseHead, parsePoint } from "../../../io/certificate-file.ts";
import { createKernels } from "../../../kernels/backends.ts";
import type { BackendName } from "../../../kernels/kernels.ts";
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
  readonly claims: readonly Claim[];
  /** Longest claimed interval [Ha]. */
  readonly widest: number;
  readonly failures: number;
}

/** What a check of a certificate found. */
export interface CertificateReport {
  readonly head: CertificateHead;
  readonly points: readonly CheckedPoint[];
  /** Enclosures in all. */
  readonly enclosures: number;
  /** Longest claimed interval [Ha]. */
  readonly widest: number;
  /** What does not stand; empty for a valid certificate. */
  readonly failures: readonly { readonly k: Vec3; readonly reason: string }[];
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
  let problem: EnclosedProblem | undefined;
  const points: CheckedPoint[] = [];
  const failures: { k: Vec3; reason: string }[] = [];
  const uncompared: string[] = [];
  for await (const line of lines) {
    if (line.trim() === "") continue;
    if (head === undefined || problem === undefined) {
      head = await parseHead(line);
      if (session !== undefined) uncompared.push(...(await requireCertifiedJob(head, session)));
      problem = encloseProblem(head.problem);
      continue;
    }
    const total = head.points;
    requireInput(
      points.length < total,
      () => `certificate points: must be the ${total} of line 1, got more; the file was changed`,
    );
    const { k, claims, proposals } = await parsePoint(line, points.length + 2, head);
    requireFeasible(problem, proposals);
    const reasons = checkPoint(kernels, problem, { k, claims, proposals });
    for (const reason of reasons) failures.push({ k, reason });
    const widest = Math.max(...claims.map(({ lower, upper }) => upper - lower));
    const point = { k, claims, widest, failures: reasons.length };
    points.push(point);
    onPoint?.(points.length, total, point);
  }
  requireInput(head !== undefined, () => "certificate: must hold a problem and k-points, got an empty file");
  const { points: total, assumptions } = head;
  requireInput(
    points.length === total,
    () => `certificate points: must be the ${total} of line 1, got ${points.length}; the file is cut off`,
  );
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
