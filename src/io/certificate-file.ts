import { InputError, requireInput } from "../common/failure.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { CertifiedPoint, Claim } from "../errors/certify/certificate.ts";
import type { BandProposal } from "../errors/certify/certify-bands.ts";
import type { ExactProblem } from "../errors/problem/exact-problem.ts";
import { VERSION } from "../version.ts";

/**
 * A certificate of error bars as text, a JSON object on each line: first the problem, then one k-point each. Vectors are
 * base64 of little-endian binary64. Hashes (SHA-256) tell damage at once; what makes a certificate valid is the proof alone.
 */
export interface CertificateHead {
  /** Version of the format. */
  readonly stillwaveCertificate: 1;
  /** Version of the program that wrote it. */
  readonly stillwave: string;
  readonly title?: string | undefined;
  readonly problem: ExactProblem;
  /** Of the problem's JSON text. */
  readonly problemHash: string;
  /** How many k-points follow, a line each. */
  readonly points: number;
  readonly assumptions: readonly string[];
}

/** @param points in any number; each line is made when it is asked for */
export async function* certificateLines(
  { title, problem, assumptions }: Pick<CertificateHead, "title" | "problem" | "assumptions">,
  points: readonly CertifiedPoint[],
): AsyncGenerator<string> {
  const problemHash = await sha256(JSON.stringify(problem));
  const head: CertificateHead = {
    stillwaveCertificate: 1,
    stillwave: VERSION,
    ...(title === undefined ? {} : { title }),
    problem,
    problemHash,
    points: points.length,
    assumptions,
  };
  yield `${JSON.stringify(head)}\n`;
  for (const { k, claims, proposals } of points) {
    const stored = proposals.map(storedProposal);
    const hash = await pointHash(problemHash, k, stored);
    yield `${JSON.stringify({ k, claims, proposals: stored, hash })}\n`;
  }
}

const KINDS: readonly unknown[] = ["cohen-bergstresser", "core", "frozen"] satisfies ExactProblem["kind"][];

/** @throws InputError if the line is not the first one of a certificate, or its problem was changed. */
export async function parseHead(line: string): Promise<CertificateHead> {
  const value = parseLine(line, "line 1");
  rule(
    value.stillwaveCertificate === 1,
    "line 1",
    "begin a certificate (stillwaveCertificate 1)",
    value.stillwaveCertificate,
  );
  rule(
    isObject(value.problem) && KINDS.includes(value.problem.kind),
    "problem.kind",
    `be one of ${KINDS.join(", ")}`,
    value.problem,
  );
  rule(
    Number.isInteger(value.points) && (value.points as number) >= 1,
    "points",
    "be a whole number ≥ 1",
    value.points,
  );
  const head = value as unknown as CertificateHead; // its problem is checked where it is enclosed
  const hash = await sha256(JSON.stringify(head.problem));
  rule(hash === head.problemHash, "problemHash", `be that of the problem, ${hash}`, head.problemHash);
  return head;
}

/** @throws InputError naming the first field that is no part of a k-point, or that was changed. */
export async function parsePoint(
  line: string,
  number: number,
  { problemHash }: CertificateHead,
): Promise<CertifiedPoint> {
  const where = (field: string) => `line ${number}, ${field}`;
  const { k, claims, proposals, hash } = parseLine(line, `line ${number}`);
  rule(isVector(k, 3), where("k"), "be three numbers", k);
  rule(
    Array.isArray(claims) && claims.every(isClaim),
    where("claims"),
    "be a list of index, lower and upper",
    claims,
  );
  rule(
    Array.isArray(proposals) && proposals.length > 0 && proposals.every(isStored),
    where("proposals"),
    "be a list of counts and trial vectors",
    "another",
  );
  const own = await pointHash(problemHash, k as Vec3, proposals as StoredProposal[]);
  rule(hash === own, where("hash"), `be that of its k and proposals, ${own}`, hash);
  return {
    k: k as Vec3,
    claims: claims as Claim[],
    proposals: (proposals as StoredProposal[]).map((stored) => proposalOf(k as Vec3, stored)),
  };
}

/** A proposal without its k, which the point has. */
interface StoredProposal {
  readonly count: Omit<BandProposal["count"], "vectors"> & { readonly vectors: string };
  readonly trial: Omit<BandProposal["trial"], "vectors"> & { readonly vectors: string };
}

const storedProposal = ({ count, trial }: BandProposal): StoredProposal => ({
  count: { ...count, vectors: toBase64(count.vectors) },
  trial: { ...trial, vectors: toBase64(trial.vectors) },
});

const proposalOf = (k: Vec3, { count, trial }: StoredProposal): BandProposal => ({
  k,
  count: { ...count, vectors: fromBase64(count.vectors) },
  trial: { ...trial, vectors: fromBase64(trial.vectors) },
});

function isStored(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.count) || !isObject(value.trial)) return false;
  const { count, trial } = value as { count: Record<string, unknown>; trial: Record<string, unknown> };
  return (
    ["m", "rho", "cutoff", "outerCutoff", "sigma"].every((name) => Number.isFinite(count[name])) &&
    Number.isInteger(count.m) &&
    ["cutoff", "outerCutoff"].every((name) => Number.isFinite(trial[name])) &&
    isVector(trial.values, count.m as number) &&
    [count, trial].every(({ vectors }) => typeof vectors === "string" && BASE64.test(vectors))
  );
}

const isClaim = (value: unknown): boolean =>
  isObject(value) &&
  Number.isInteger(value.index) &&
  [value.lower, value.upper].every((end) => typeof end === "number");

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isVector = (value: unknown, length: number): boolean =>
  Array.isArray(value) && value.length === length && value.every(Number.isFinite);

function rule(isRight: boolean, field: string, what: string, got: unknown): void {
  requireInput(
    isRight,
    () =>
      `certificate ${field}: must ${what}, got ${JSON.stringify(got)?.slice(0, 80)}; the file is damaged or was changed`,
  );
}

function parseLine(line: string, where: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError(
      `certificate ${where}: must be JSON, got ${JSON.stringify(line.slice(0, 40))}; the file is damaged or cut off`,
    );
  }
  rule(isObject(value), where, "be a JSON object", value);
  return value as Fields;
}

const pointHash = (problemHash: string, k: Vec3, proposals: readonly StoredProposal[]): Promise<string> =>
  sha256(JSON.stringify([problemHash, k, proposals]));

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NUMBER_BYTES = 8;
/** Arguments of one call: engines allow some ten thousand. */
const CHUNK = 0x2000;

/** Little-endian whatever the processor. */
function toBase64(numbers: Float64Array): string {
  const bytes = new Uint8Array(NUMBER_BYTES * numbers.length);
  const view = new DataView(bytes.buffer);
  for (const [i, x] of numbers.entries()) view.setFloat64(NUMBER_BYTES * i, x, true);
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

function fromBase64(text: string): Float64Array {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const count = Math.floor(bytes.length / NUMBER_BYTES);
  return Float64Array.from({ length: count }, (_, i) => view.getFloat64(NUMBER_BYTES * i, true));
}
