import { butterfly, type Step } from "./butterfly.ts";

/** Radices with a codelet of their own. 11 and 13 spill registers; they serve grids that other programs chose. */
export const RADICES = [2, 3, 4, 5, 6, 7, 8, 11, 13] as const;

/**
 * AssemblyScript source of one pass of a Stockham transform over a tile of lines, for every radix r and sign:
 *
 *   dst[p·r + k][j][c] = w^{pk} Σ_q e^{sign·2πi·qk/r} src[p + P·q][j][c],   p < P, j < J, c < C,  w = e^{sign·2πi/(P·r)}
 *
 * Strides are in bytes: sP, sJ, sC of the source, dK (of one output k), dJ, dC of the destination. Twiddle factors
 * lie at `tw` as r−1 pairs (c, c), (−s, s) for each p; j runs only in the last pass, where P = 1.
 * One complex number of T = f64, or the numbers of two transforms of T = f32, is one vector, so any stride is as good as
 * another and nothing is ever transposed.
 */
export function codeletSource(): string {
  const passes = RADICES.flatMap((r) => [passSource(r, -1), passSource(r, 1)]);
  return [
    'import { madd, swap, pairOf } from "./simd";',
    ...passes,
    `export function pass<T>(r: i32, sign: i32, ${PARAMETERS}): void {`,
    `  if (sign < 0) { ${dispatch("Forward")} } else { ${dispatch("Inverse")} }`,
    "}",
    "",
  ].join("\n");
}

const ARGUMENTS = ["src", "dst", "P", "J", "C", "sP", "sJ", "sC", "dK", "dJ", "dC", "tw"];
const PARAMETERS = ARGUMENTS.map((name) => `${name}: usize`).join(", ");

const dispatch = (suffix: string): string =>
  `switch (r) { ${RADICES.map((r) => `case ${r}: { pass${r}${suffix}<T>(${ARGUMENTS.join(", ")}); break; }`).join(" ")} default: unreachable(); }`;

function passSource(r: number, sign: 1 | -1): string {
  const plain = bodySource(r, sign, false);
  const twiddled = bodySource(r, sign, true);
  const factors = range(1, r).map(
    (k) => `const wc${k} = v128.load(tw, ${32 * (k - 1)}), ws${k} = v128.load(tw, ${32 * (k - 1) + 16});`,
  );
  return `function pass${r}${sign < 0 ? "Forward" : "Inverse"}<T>(${PARAMETERS}): void {
  const kS = P * sP;
  ${plain.constants}
  for (let j: usize = 0; j < J; j++) {
    let s = src + j * sJ, d = dst + j * dJ;
    for (let c: usize = 0; c < C; c++) {
      ${plain.code}
      s += sC; d += dC;
    }
  }
  for (let p: usize = 1; p < P; p++) {
    tw += ${32 * (r - 1)};
    ${factors.join("\n    ")}
    let s = src + p * sP, d = dst + p * ${r} * dK;
    for (let c: usize = 0; c < C; c++) {
      ${twiddled.code}
      s += sC; d += dC;
    }
  }
}`;
}

function bodySource(r: number, sign: 1 | -1, isTwiddled: boolean): { code: string; constants: string } {
  const { steps, outputs } = butterfly(r, sign);
  const constants = new Map<string, string>();
  const named = (source: string): string => {
    if (!constants.has(source)) constants.set(source, `K${constants.size}`);
    return constants.get(source)!;
  };
  const code = [
    ...range(0, r).map((k) => `const x${k} = v128.load(s + ${k} * kS);`),
    ...steps.map((step) => `const ${step.to} = ${stepSource(step, named)};`),
    ...outputs.map((y, k) => {
      const value = isTwiddled && k > 0 ? `madd<T>(${swapped(y)}, ws${k}, v128.mul<T>(${y}, wc${k}))` : y;
      return `v128.store(d + ${k} * dK, ${value});`;
    }),
  ].join("\n      ");
  return {
    code,
    constants: [...constants].map(([source, name]) => `const ${name} = ${source};`).join("\n  "),
  };
}

function stepSource(step: Step, named: (source: string) => string): string {
  switch (step.op) {
    case "add":
    case "sub":
      return `v128.${step.op}<T>(${step.a}, ${step.b})`;
    case "scale":
      return `v128.mul<T>(${step.a}, ${named(splat(step.c))})`;
    case "madd":
      return `madd<T>(${step.a}, ${named(splat(step.c))}, ${step.b})`;
    case "turn": // i·(a + ib) = −b + ia: swap, then flip the sign bit of one half
      return `v128.xor(${swapped(step.a)}, ${named(step.sign > 0 ? pair(-0, 0) : pair(0, -0))})`;
    case "twist":
      return `madd<T>(${swapped(step.a)}, ${named(pair(-step.s, step.s))}, v128.mul<T>(${step.a}, ${named(splat(step.c))}))`;
  }
}

const swapped = (a: string): string => `swap<T>(${a})`;
const splat = (c: number): string => `v128.splat<T>(<T>${literal(c)})`;
const pair = (a: number, b: number): string => `pairOf<T>(<T>${literal(a)}, <T>${literal(b)})`;

/** A floating literal with all digits; AssemblyScript reads `-0.0` as the negative zero. */
const literal = (c: number): string => {
  if (c === 0) return Object.is(c, -0) ? "-0.0" : "0.0";
  const text = String(c);
  return /[.e]/.test(text) ? text : `${text}.0`;
};

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
