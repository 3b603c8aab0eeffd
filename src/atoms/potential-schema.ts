import {
  anyText,
  byKind,
  list,
  literal,
  numbers,
  positiveNumber,
  realNumber,
  record,
  ruled,
  wholeNumber,
} from "../common/file-schema.ts";

const isSquare = (h: unknown): boolean =>
  Array.isArray(h) &&
  h.length <= 3 &&
  h.every((row) => Array.isArray(row) && row.length === h.length && row.every(Number.isFinite)) &&
  h.every((row, i) => row.every((x: number, j: number) => x === h[j][i]));

const gth = record({
  kind: literal("gth"),
  element: anyText,
  name: anyText,
  charge: wholeNumber(1, 200),
  rloc: positiveNumber,
  c: list(realNumber),
  channels: list(
    record({ r: realNumber, h: ruled("must be a symmetric matrix of at most 3 rows", isSquare) }),
  ),
});

const cohenBergstresser = record({
  kind: literal("cohen-bergstresser"),
  element: anyText,
  name: anyText,
  charge: wholeNumber(1, 200),
  latticeConstant: positiveNumber,
  formFactors: list(numbers(2)),
});

/** Identity of a potential on a mesh, whose numbers are in a file of their own. */
const numeric = record({
  kind: literal("numeric"),
  element: anyText,
  name: anyText,
  charge: positiveNumber,
  digest: anyText,
});

/** How pseudopotentials stand in files of stored numbers. */
export const POTENTIAL_SCHEMAS = {
  gth,
  "cohen-bergstresser": cohenBergstresser,
  any: byKind(["gth", "cohen-bergstresser", "numeric"], [gth, cohenBergstresser, numeric]),
};
