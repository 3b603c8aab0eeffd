import * as z from "zod";
import { POTENTIAL_SCHEMAS } from "../../atoms/potential-schema.ts";
import {
  anyText,
  byKind,
  lattice,
  list,
  literal,
  numbers,
  positiveNumber,
  realNumber,
  record,
  ruled,
  wholeNumber,
} from "../../common/file-schema.ts";

const tabulated = record({
  kind: literal("tabulated"),
  element: anyText,
  name: anyText,
  charge: positiveNumber,
  step: positiveNumber,
  channels: list(record({ h: list(list(realNumber)), projectors: list(list(realNumber)) })),
});
const potential = byKind(["gth", "tabulated"], [POTENTIAL_SCHEMAS.gth, tabulated]);
const atom = record({ potential, position: numbers(3) });
const wholeVector = ruled(
  "must be three whole numbers below 1e4 in size",
  (g) => Array.isArray(g) && g.length === 3 && g.every((n) => Number.isInteger(n) && Math.abs(n) < 1e4),
);
const atoms = list(atom);
const coefficients = list(record({ g: wholeVector, re: realNumber, im: realNumber }));

const problem = byKind(
  ["cohen-bergstresser", "core", "frozen"],
  [
    record({
      kind: literal("cohen-bergstresser"),
      lattice,
      potential: POTENTIAL_SCHEMAS["cohen-bergstresser"],
      positions: list(numbers(3)),
    }),
    record({ kind: literal("core"), lattice, atoms }),
    record({
      kind: literal("frozen"),
      lattice,
      atoms,
      coefficients,
    }),
  ],
);

/** The job that a certificate says it is of, as far as the problem does not show it. */
const origin = z.record(z.string(), z.json(), { error: "must be a JSON object of fields of a job" });

const kpoint = ruled(
  "must be three numbers below 1e3 in size",
  (k) => Array.isArray(k) && k.length === 3 && k.every((x) => Number.isFinite(x) && Math.abs(x) < 1e3),
);

const claim = record({
  index: ruled("must be a whole number", Number.isInteger),
  lower: realNumber,
  upper: realNumber,
}).refine(({ lower, upper }) => (lower as number) <= (upper as number), {
  error: "must have lower ≤ upper",
});

/** A self-consistent energy of a sampled model. */
const energy = record({
  electrons: ruled(
    "must be an even number from 2 to 20000",
    (n) => typeof n === "number" && Number.isInteger(n / 2) && n >= 2 && n <= 20_000,
  ),
  mesh: list(record({ k: kpoint, multiplicity: wholeNumber(1, 1e6) })),
  grid: ruled(
    "must be three whole numbers from 1 to 10000",
    (n) => Array.isArray(n) && n.length === 3 && n.every((x) => Number.isInteger(x) && x >= 1 && x <= 10_000),
  ),
  lower: realNumber,
  upper: realNumber,
  densityError: ruled("must be a number from 0 to 1e6", (x) => typeof x === "number" && x >= 0 && x <= 1e6),
  levels: list(list(claim)).optional(),
}).refine(({ lower, upper }) => (lower as number) <= (upper as number), {
  error: "must have lower ≤ upper",
});

/** The first line of a certificate. */
export const HEAD = record({
  stillwaveCertificate: ruled("must begin a certificate (stillwaveCertificate 1)", (x) => x === 1),
  stillwave: anyText,
  title: anyText.optional(),
  origin: origin.optional(),
  problem,
  spinDown: coefficients.optional(),
  energy: energy.optional(),
  problemHash: anyText,
  points: wholeNumber(1, 1e6),
  assumptions: list(anyText),
});

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** 24 bytes are 3 doubles and 32 letters. */
const vectors = ruled("must be base64 of whole binary64 numbers", (x) => {
  if (typeof x !== "string" || x.length % 4 !== 0 || !BASE64.test(x)) return false;
  const padding = x.endsWith("==") ? 2 : Number(x.endsWith("="));
  return ((x.length / 4) * 3 - padding) % 8 === 0;
});
const MOST_VECTORS = 10_000;

const proposal = record({
  count: record({
    m: wholeNumber(1, MOST_VECTORS),
    rho: realNumber,
    cutoff: positiveNumber,
    outerCutoff: positiveNumber,
    sigma: ruled("must be a number from 0 to 1e12", (x) => typeof x === "number" && x >= 0 && x <= 1e12),
    vectors,
  }),
  trial: record({ cutoff: positiveNumber, outerCutoff: positiveNumber, vectors, values: list(realNumber) }),
}).refine(({ count, trial }) => trial.values.length === count.m, {
  error: "must have as many trial values as its count has vectors",
});

/** Every other line: a k-point. */
export const POINT = record({
  k: kpoint,
  spin: wholeNumber(0, 1).optional(),
  claims: list(claim),
  proposals: list(proposal).refine((all) => all.length > 0, { error: "must be at least one" }),
  hash: anyText,
});
