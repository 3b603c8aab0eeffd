import { describe, expect, test } from "vitest";
import { parsePsp8 } from "../../src/atoms/files/psp8.ts";
import { parseUpf } from "../../src/atoms/files/upf.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import type { Pseudopotential } from "../../src/atoms/pseudopotential.ts";
import {
  coreShape,
  localFourier,
  localFourierAt0Correction,
  nonlocalChannels,
  projectorFourier,
} from "../../src/atoms/pseudopotential-formulas.ts";
import { simpsonMesh } from "../../src/atoms/radial/radial-mesh.ts";
import {
  densityShape,
  resampledShape,
  shapeAt,
  shapeIntegral,
  shapeRadius,
  shapeSlopeAt,
} from "../../src/atoms/radial/radial-shape.ts";
import { radialTransform, transformAt } from "../../src/atoms/radial/radial-transform.ts";
import { parsePseudopotential } from "../../src/atoms/read-pseudopotential.ts";
import { random } from "../../src/common/random.ts";
import { sphericalBessel } from "../../src/common/special/spherical-bessel.ts";
import { close } from "../close.ts";
import { toPsp8, toUpf } from "./pseudopotential-writers.ts";

test("spherical Bessel functions add up to Σ (2l+1) j_l² = 1 and Σ (2l+1) (−1)^l j_l² = j₀(2x)", () => {
  for (const x of [0, 1e-3, 0.3, 1.99, 2, 2.01, 3, 3.99, 4.01, 7.3]) {
    let [sum, alternating] = [0, 0];
    for (let l = 0; l <= 40; l++) {
      const square = (2 * l + 1) * sphericalBessel(l, x) ** 2;
      sum += square;
      alternating += l % 2 === 0 ? square : -square;
    }
    close(sum, 1, 1e-14, `x = ${x}`); // 40 terms of at most 1
    close(alternating, sphericalBessel(0, 2 * x), 1e-14, `x = ${x}`);
  }
  close(sphericalBessel(1, 20), Math.sin(20) / 400 - Math.cos(20) / 20, 1e-16);
});

describe("a radial transform", () => {
  const r = Float64Array.from({ length: 401 }, (_, i) => 1e-4 * Math.exp(i * 0.028));
  const mesh = simpsonMesh(r, r.map((x) => 0.028 * x)); // biome-ignore format: short
  for (const l of [0, 1, 2, 3])
    test(`of r^${l} times a Gaussian is one, and its table keeps what it promises, l = ${l}`, () => {
      const transform = radialTransform(
        l,
        mesh,
        r.map((x) => x ** l * Math.exp(-(x * x) / 2)),
      );
      const total = transform.masses.reduce((sum, m) => sum + Math.abs(m), 0);
      const { uniform } = random(l + 1);
      const end = transform.step * transform.table.length;
      for (const q of [
        0,
        transform.step,
        0.4 * transform.step,
        1,
        end + 1,
        ...Array.from({ length: 40 }, () => end * uniform()),
      ]) {
        const direct = transform.masses.reduce(
          (sum, m, i) => sum + m * sphericalBessel(l, q * transform.nodes[i]!),
          0,
        );
        close(transformAt(transform, q), direct, 1.1e-11 * total, `q = ${q}`); // 10⁻¹¹ and rounding
        if (q > 8) continue; // there the mesh has too few points in a period
        // ∫ r² j_l(qr) r^l e^{−r²/2} dr = √(π/2) q^l e^{−q²/2}; Simpson's error is (0.028)⁴/180 of the fourth derivative.
        close(
          direct,
          4 * Math.PI * Math.sqrt(Math.PI / 2) * q ** l * Math.exp(-(q * q) / 2),
          1e-7 * total,
          `q = ${q}`,
        );
      }
      expect(Math.abs(transformAt(transform, 1))).toBeGreaterThan(1e-2 * total);
    });

  test("of nothing is zero", () => {
    expect(
      transformAt(
        radialTransform(
          0,
          mesh,
          r.map(() => 0),
        ),
        1.5,
      ),
    ).toBe(0);
  });
});

describe("a shape", () => {
  const gaussian = (x: number) => Math.exp(-2 * x * x);
  for (const [kind, r] of [
    ["logarithmic", Float64Array.from({ length: 801 }, (_, i) => 1e-3 * Math.exp(i * 0.0125))],
    ["equidistant", Float64Array.from({ length: 801 }, (_, i) => i * 0.0125)],
  ] as const)
    test(`from a ${kind} mesh meets the function and its slope, and is its own derivative`, () => {
      const shape = resampledShape(r, r.map(gaussian));
      expect(shapeRadius(shape)).toBeGreaterThan(3.6); // e^{−26} = 5·10⁻¹²
      expect(shapeRadius(shape)).toBeLessThan(4);
      const { uniform } = random(5);
      for (const x of [0, 1e-4, 2e-3, ...Array.from({ length: 50 }, () => 3.6 * uniform())]) {
        close(shapeAt(shape, x), gaussian(x), 1e-9, `value at ${x}`); // h⁴/384·48
        close(shapeSlopeAt(shape, x), -4 * x * gaussian(x), 4e-7, `slope at ${x}`); // h³ f⁽⁴⁾/(72√3)
        const h = 1e-4;
        if (x > h)
          close(shapeSlopeAt(shape, x), (shapeAt(shape, x + h) - shapeAt(shape, x - h)) / (2 * h), 5e-7);
      }
      expect(shapeAt(shape, 10)).toBe(0);
      expect(shapeSlopeAt(shape, 10)).toBe(0);
      // The same from shells 4πr²f, which say nothing at r = 0; there the next points decide, to the fourth order.
      const fromShells = densityShape(
        r,
        r.map((x) => 4 * Math.PI * x * x * gaussian(x)),
      );
      for (const x of [0, 1e-4, 2e-3, 0.02, 1, 2.5])
        close(shapeAt(fromShells, x), gaussian(x), 3e-7, `at ${x}`);
      close(shapeIntegral(fromShells), (Math.PI / 2) ** 1.5, 1e-8);
    });
});

/** Σ_ij P_i(q) h_ij P_j(k): what a channel does, whatever its basis of projectors. */
const kernel = (p: Pseudopotential, l: number, q: number, k: number): number =>
  (nonlocalChannels(p)[l]?.h ?? []).reduce(
    (sum, row, i) =>
      sum +
      row.reduce((s, h, j) => s + projectorFourier(p, l, i + 1, q) * h * projectorFourier(p, l, j + 1, k), 0),
    0,
  );

describe("a GTH potential written to a file of another format and read again is itself", () => {
  const core = { electrons: 2.5, width: 0.8 };
  for (const [format, write] of [
    ["psp8", (p: Parameters<typeof toPsp8>[0]) => toPsp8(p, -1012, core)],
    ["UPF 2", (p: Parameters<typeof toPsp8>[0]) => toUpf(p, "SLA PW NOGX NOGC", 2, core)],
    ["UPF 1", (p: Parameters<typeof toPsp8>[0]) => toUpf(p, "SLA PW NOGX NOGC", 1, core)],
  ] as const)
    for (const [element, family] of [["Al", "gth-lda"], ["Ti", "gth-lda-q12"], ["O", "gth-lda"]] as const) // biome-ignore format: a list
      test(`${element} as ${format}`, () => {
        const gth = findGth(element, family);
        const text = write(gth);
        const p = parsePseudopotential(text, element, "file");
        if (p.kind !== "numeric") return expect.fail("read as something else");
        expect(p.charge).toBe(gth.charge);
        expect(p.functional.names).toEqual(["lda_x", "lda_c_pw"]);
        // Energies scale with v(q)/Ω, so 10⁻⁷ Ha·bohr³ is below 10⁻⁸ Ha; sums leave out what lies below the first point.
        close(localFourierAt0Correction(p), localFourierAt0Correction(gth), 2e-6, "mean");
        for (const q of [0.2, 1, 2.3, 5, 9.7]) {
          close(localFourier(p, q), localFourier(gth, q), 1e-7, `v(${q})`);
          for (const l of [0, 1, 2])
            for (const k of [0, 0.4, 3.1])
              close(kernel(p, l, q, k), kernel(gth, l, q, k), 1e-6, `l = ${l}, ${q}, ${k}`);
        }
        const shape = coreShape(p)!;
        for (const r of [0, 0.5, 1.3])
          close(
            shapeAt(shape, r),
            (2.5 * Math.exp(-((r / 0.8) ** 2))) / (Math.sqrt(Math.PI) * 0.8) ** 3,
            1e-9,
          );
      });

  test("where the mesh ends early too, as soon as the potential is −Z/r", () => {
    const gth = findGth("H", "gth-lda"); // r_loc = 0.2 bohr
    const p = parsePsp8(toPsp8(gth, 7, undefined, 221), "f");
    for (const q of [0.2, 1, 2.3, 5]) close(localFourier(p, q), localFourier(gth, q), 1e-7, `v(${q})`);
    close(localFourierAt0Correction(p), localFourierAt0Correction(gth), 1e-7);
  });

  test("without a core there is none", () => {
    expect(coreShape(parsePsp8(toPsp8(findGth("Al", "gth-lda"), 7), "f"))).toBeNull();
    expect(coreShape(parseUpf(toUpf(findGth("Al", "gth-lda"), "PZ", 2), "f"))).toBeNull();
  });
});
