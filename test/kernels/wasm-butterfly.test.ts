import { expect, test } from "vitest";
import { butterfly, type Step } from "../../scripts/kernels/butterfly.ts";
import { RADICES } from "../../scripts/kernels/codelets.ts";
import { passRadices } from "../../src/kernels/wasm/line-plan.ts";
import { close } from "../close.ts";

type Complex = readonly [re: number, im: number];

const value = (step: Step, of: (name: string) => Complex): Complex => {
  const [ar, ai] = of(step.a);
  switch (step.op) {
    case "add":
      return [ar + of(step.b)[0], ai + of(step.b)[1]];
    case "sub":
      return [ar - of(step.b)[0], ai - of(step.b)[1]];
    case "scale":
      return [step.c * ar, step.c * ai];
    case "madd":
      return [step.c * ar + of(step.b)[0], step.c * ai + of(step.b)[1]];
    case "turn":
      return [-step.sign * ai, step.sign * ar];
    case "twist":
      return [step.c * ar - step.s * ai, step.c * ai + step.s * ar];
  }
};

for (const r of RADICES)
  for (const sign of [-1, 1] as const)
    test(`the butterfly of radix ${r} and sign ${sign} is the Fourier sum`, () => {
      const x = Array.from({ length: r }, (_, j): Complex => [Math.sin(3 * j + 1), Math.cos(5 * j * j)]);
      const known = new Map(x.map((v, j): [string, Complex] => [`x${j}`, v]));
      const { steps, outputs } = butterfly(r, sign);
      for (const step of steps)
        known.set(
          step.to,
          value(step, (name) => known.get(name)!),
        );
      expect(outputs.length).toBe(r);
      outputs.forEach((name, k) => {
        let [re, im] = [0, 0];
        x.forEach(([a, b], j) => {
          const angle = (sign * 2 * Math.PI * ((j * k) % r)) / r;
          re += Math.cos(angle) * a - Math.sin(angle) * b;
          im += Math.cos(angle) * b + Math.sin(angle) * a;
        });
        expect(Math.hypot(re, im)).toBeGreaterThan(1e-3);
        close(known.get(name)![0], re, 1e-14, `re y${k}`);
        close(known.get(name)![1], im, 1e-14, `im y${k}`);
      });
    });

test("every product of 2, 3, 5, 7, 11 and 13 up to 5000 is a product of the radices there are", () => {
  let count = 0;
  for (let n = 1; n <= 5000; n++) {
    let rest = n;
    for (const p of [2, 3, 5, 7, 11, 13]) while (rest % p === 0) rest /= p;
    if (rest !== 1) continue;
    count++;
    const radices = passRadices(n);
    expect(radices.reduce((a, b) => a * b, 1)).toBe(n);
    for (const r of radices) expect(RADICES).toContain(r);
  }
  expect(count).toBe(SMOOTH_UP_TO_5000);
});
/** Numbers without prime factors above 13 up to 5000, counted by exponents instead of division. */
const SMOOTH_UP_TO_5000 = (() => {
  let count = 0;
  for (let a = 1; a <= 5000; a *= 2)
    for (let b = a; b <= 5000; b *= 3)
      for (let c = b; c <= 5000; c *= 5)
        for (let d = c; d <= 5000; d *= 7)
          for (let e = d; e <= 5000; e *= 11) for (let f = e; f <= 5000; f *= 13) count++;
  return count;
})();
