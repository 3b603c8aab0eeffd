import { fromBase64 } from "../../common/base64.ts";
import { requireInput } from "../../common/failure.ts";
import { parseJsonOnce, requireSchema, shown } from "../../common/file-schema.ts";
import type { CertifiedPoint } from "../../errors/certify/certificate.ts";
import type { BandProposal } from "../../errors/certify/certify-bands.ts";
import type { EnergyClaim } from "../../errors/energy/energy-certificate.ts";
import type { ExactProblem } from "../../errors/problem/exact-problem.ts";
import type { FourierCoefficient } from "../../errors/problem/mesh-potential.ts";
import { VERSION } from "../../version.ts";
import { HEAD, POINT } from "./certificate-schema.ts";

/**
 * First line of a certificate: JSON, the problem first, then a line for each k-point. Vectors are
 * base64 of little-endian binary64. Hashes (SHA-256) detect damage; the proof makes it valid.
 */
export interface CertificateHead {
  /** Version of the format. */
  readonly stillwaveCertificate: 1;
  /** Version of the program that wrote it. */
  readonly stillwave: string;
  readonly title?: string | undefined;
  /** Fields of the job that it is said to be of; no proof rests on them. */
  readonly origin?: CertificateOrigin | undefined;
  readonly problem: ExactProblem;
  /** The potential of spin ↓, where it has one of its own; that of the problem is then of ↑. */
  readonly spinDown?: readonly FourierCoefficient[] | undefined;
  /** What it says of the self-consistent energy; the k-points then are a whole sampling. */
  readonly energy?: EnergyClaim | undefined;
  /** Of the problem's JSON text; with an energy, electrons and sampling belong to it. */
  readonly problemHash: string;
  /** How many k-points follow, a line each. */
  readonly points: number;
  /** What the writer took for granted; who checks states his own. */
  readonly assumptions: readonly string[];
}

/** Fields of a job by their names there. */
export type CertificateOrigin = Readonly<Record<string, unknown>>;

/** @param points in any number; each line is made when it is asked for */
export async function* certificateLines(
  {
    title,
    origin,
    problem,
    spinDown,
    energy,
    assumptions,
  }: Pick<CertificateHead, "title" | "origin" | "problem" | "spinDown" | "energy" | "assumptions">,
  points: readonly CertifiedPoint[],
): AsyncGenerator<string> {
  const problemHash = await sha256(problemText({ problem, spinDown, energy }));
  const head: CertificateHead = {
    stillwaveCertificate: 1,
    stillwave: VERSION,
    ...(title === undefined ? {} : { title }),
    ...(origin === undefined ? {} : { origin }),
    problem,
    ...(spinDown === undefined ? {} : { spinDown }),
    ...(energy === undefined ? {} : { energy }),
    problemHash,
    points: points.length,
    assumptions,
  };
  yield `${JSON.stringify(head)}\n`;
  for (const { k, spin, claims, proposals } of points) {
    const stored = proposals.map(storedProposal);
    const hash = await sha256(pointText(problemHash, { k, spin }, stored));
    yield `${JSON.stringify({ k, spin, claims, proposals: stored, hash })}\n`;
  }
}

const DAMAGED = "the file is damaged or was changed";

/**
 * Parses the first line of a certificate.
 *
 * @throws InputError for other text, unknown fields, and a problem that was changed.
 */
export async function parseHead(line: string): Promise<CertificateHead> {
  const value = parseJsonOnce(line, "certificate line 1", "the file is damaged or cut off");
  requireInput(
    isObject(value) && "stillwaveCertificate" in value,
    () =>
      `certificate line 1: must ${isObject(value) ? "begin a certificate (stillwaveCertificate 1)" : "be a JSON object"}, got ${shown(value)}; stillwave bands --certificate writes one`,
  );
  requireSchema(HEAD, value, "certificate ", DAMAGED);
  const head = value as unknown as CertificateHead;
  await requireHash("problemHash", "the problem", head.problemHash, problemText(head));
  return head;
}

/**
 * Parses the line of a k-point.
 *
 * @throws InputError naming the first field that is no part of a k-point, or that was changed.
 */
export async function parsePoint(
  line: string,
  number: number,
  { problemHash }: CertificateHead,
): Promise<CertifiedPoint> {
  const where = `line ${number}`;
  const value = parseJsonOnce(line, `certificate ${where}`, "the file is damaged or cut off");
  requireSchema(POINT, value, `certificate ${where}, `, DAMAGED);
  const { k, spin, claims, proposals, hash } = value as StoredPoint;
  const hashed = pointText(problemHash, { k, spin }, proposals);
  await requireHash(`${where}, hash`, "its k and proposals", hash, hashed);
  return {
    k,
    ...(spin === undefined ? {} : { spin }),
    claims,
    proposals: proposals.map(({ count, trial }, i) => ({
      k,
      count: { ...count, vectors: numbersOf(count.vectors, `${where}, proposals[${i}].count.vectors`) },
      trial: { ...trial, vectors: numbersOf(trial.vectors, `${where}, proposals[${i}].trial.vectors`) },
    })),
  };
}

async function requireHash(field: string, of: string, stated: string, text: string): Promise<void> {
  const own = await sha256(text);
  requireInput(
    stated === own,
    () => `certificate ${field}: must be that of ${of}, ${own}, got ${shown(stated)}; ${DAMAGED}`,
  );
}

/** What a hash of the problem is of: the operators, and of an energy the electrons and k-points. */
const problemText = ({
  problem,
  spinDown,
  energy,
}: Pick<CertificateHead, "problem" | "spinDown" | "energy">): string =>
  JSON.stringify(
    energy === undefined && spinDown === undefined
      ? problem
      : [
          problem,
          energy && { electrons: energy.electrons, mesh: energy.mesh },
          ...(spinDown ? [spinDown] : []),
        ],
  );

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A k-point as it stands in the file. */
interface StoredPoint extends Omit<CertifiedPoint, "proposals"> {
  readonly proposals: readonly StoredProposal[];
  readonly hash: string;
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

const pointText = (
  problemHash: string,
  { k, spin }: Pick<CertifiedPoint, "k" | "spin">,
  proposals: readonly StoredProposal[],
): string => JSON.stringify([problemHash, k, proposals, ...(spin === undefined ? [] : [spin])]);

/** Returns the SHA-256 of a text in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

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

/** Vectors of a proof are near to orthonormal; what is larger than this overflows in a product. */
const LARGEST = 1e50;

/** @throws InputError for what is not finite, or of no size that a vector has */
function numbersOf(text: string, field: string): Float64Array {
  const bytes = fromBase64(text);
  const view = new DataView(bytes.buffer);
  const numbers = new Float64Array(Math.floor(bytes.length / NUMBER_BYTES));
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat64(NUMBER_BYTES * i, true);
  const wrong = numbers.find((x) => !(Math.abs(x) < LARGEST));
  requireInput(
    wrong === undefined,
    () => `certificate ${field}: must hold numbers below ${LARGEST} in size, got ${wrong}; ${DAMAGED}`,
  );
  return numbers;
}
