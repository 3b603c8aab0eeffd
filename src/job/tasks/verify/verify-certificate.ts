import { InputError, requireInput } from "../../../common/failure.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import { checkPoint } from "../../../errors/certify/certificate.ts";
import { type EnclosedProblem, encloseProblem } from "../../../errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../../errors/problem/exact-problem.ts";
import { type CertificateHead, parseHead, parsePoint } from "../../../io/certificate-file.ts";
import { createKernels } from "../../../kernels/backends.ts";
import type { BackendName } from "../../../kernels/kernels.ts";

export interface VerifyOptions {
  /** Kernels that the proofs are made with. Default wasm. */
  readonly backend?: BackendName;
  readonly onPoint?: (done: number, total: number, point: CheckedPoint) => void;
}

/** What was found at one k-point. */
export interface CheckedPoint {
  readonly k: Vec3;
  /** Longest claimed interval [Ha]. */
  readonly widest: number;
  readonly failures: number;
}

/** What a check of a certificate found. */
export interface CertificateReport {
  readonly head: CertificateHead;
  /** Enclosures in all. */
  readonly enclosures: number;
  /** Longest claimed interval [Ha]. */
  readonly widest: number;
  /** What does not stand; empty for a valid certificate. */
  readonly failures: readonly { readonly k: Vec3; readonly reason: string }[];
}

/**
 * Proves every claim of a certificate again from its stored numbers, without a solver and without trusting any of them: the
 * claims stand if they contain what is proved.
 *
 * @param lines of a certificate file, in order
 * @throws InputError where the file is damaged, cut off, or its problem cannot be meant
 */
export async function verifyCertificate(
  lines: Iterable<string> | AsyncIterable<string>,
  { backend = "wasm", onPoint }: VerifyOptions = {},
): Promise<CertificateReport> {
  const kernels = await createKernels(backend);
  let head: CertificateHead | undefined;
  let problem: EnclosedProblem | undefined;
  let [points, enclosures, widest] = [0, 0, 0];
  const failures: { k: Vec3; reason: string }[] = [];
  for await (const line of lines) {
    if (line.trim() === "") continue;
    if (head === undefined || problem === undefined) {
      head = await parseHead(line);
      problem = enclosed(head.problem);
      continue;
    }
    const point = await parsePoint(line, points + 2, head);
    points++;
    requireInput(
      points <= head.points,
      () => `certificate points: must be the ${head!.points} of line 1, got more; the file was changed`,
    );
    const reasons = checkPoint(kernels, problem, point);
    for (const reason of reasons) failures.push({ k: point.k, reason });
    enclosures += point.claims.length;
    const own = Math.max(...point.claims.map(({ lower, upper }) => upper - lower));
    widest = Math.max(widest, own);
    onPoint?.(points, head.points, { k: point.k, widest: own, failures: reasons.length });
  }
  requireInput(head !== undefined, () => "certificate: must hold a problem and k-points, got an empty file");
  requireInput(
    points === head.points,
    () => `certificate points: must be the ${head.points} of line 1, got ${points}; the file is cut off`,
  );
  return { head, enclosures, widest, failures };
}

/** @throws InputError also where fields are missing. */
function enclosed(problem: ExactProblem): EnclosedProblem {
  try {
    return encloseProblem(problem);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(
      `certificate problem: must have every field of its kind, got one that cannot be read (${error.message})`,
    );
  }
}
