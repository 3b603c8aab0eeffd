import type { Arithmetic, ColumnKernels, Kernels, RealForm, SphereFft } from "../kernels.ts";
import { isShared } from "./dense.ts";

/** Bytes of a WebAssembly memory that arrays may take; the rest of 4 GiB is for its own work. */
const MOST_BYTES = 3 * 2 ** 30;

/** Where the arrays of a kernel lie and how long they are; `panel` and `result` are of bands. */
type Kind = "result" | "panel" | "rows" | "scales" | "norms" | "dots" | "n" | "bands";

const COLUMN_ARGUMENTS: { readonly [K in keyof ColumnKernels]: readonly Kind[] } = {
  columnNorms2: ["norms", "n", "bands", "panel"],
  columnDots: ["dots", "n", "bands", "panel", "panel"],
  columnWeightedNorms2: ["norms", "n", "bands", "rows", "panel"],
  scaleColumns: ["n", "bands", "scales", "result"],
  addScaledColumns: ["result", "n", "bands", "panel", "scales", "panel"],
  multiplyRows: ["result", "n", "bands", "rows", "panel"],
  tpa: ["n", "bands", "rows", "scales", "result"],
};

type Kernel = (...given: (Float64Array | number)[]) => void;
type Scratch = Kernels["scratch"];

/**
 * Makes kernels of WebAssembly for more memory than it can have: arrays that do not fit lie outside
 * of it, and its transforms and loops see copies of one or two bands of these at a time.
 *
 * @param most bytes of arrays in its memory. Default 3 GiB.
 */
export function beyondMemory(inner: Kernels, most = MOST_BYTES): Kernels {
  let [outside, mostOutside] = [0, 0];
  const takeOutside = (length: number): Float64Array => {
    outside += 8 * length;
    mostOutside = Math.max(mostOutside, outside);
    return new Float64Array(length);
  };
  const fits = (length: number): boolean => inner.memory().held + 8 * length <= most;
  const alloc: Kernels["alloc"] = (length) => (fits(length) ? inner.alloc(length) : takeOutside(length));
  const scratch: Scratch = (body) =>
    inner.scratch((take) => {
      const before = outside;
      try {
        return body((length) => (fits(length) ? take(length) : takeOutside(length)));
      } finally {
        outside = before;
      }
    });
  const arithmetic = <K extends Arithmetic>(of: K): K => ({
    ...of,
    alloc,
    scratch,
    ...columnsAnywhere(of),
  });
  return {
    ...arithmetic(inner),
    real: arithmetic(inner.real),
    memory() {
      const { held, peak } = inner.memory();
      return { held: held + outside, peak: peak + mostOutside, most: Number.POSITIVE_INFINITY };
    },
    fft(size) {
      const plan = inner.fft(size);
      const anywhere = (transform: typeof plan.forward) =>
        either(transform, (out, x) =>
          inner.scratch((take) => {
            const grid = take(2 * size[0] * size[1] * size[2]);
            grid.set(x.subarray(0, grid.length));
            transform(grid, grid);
            out.set(grid);
          }),
        );
      return { ...plan, forward: anywhere(plan.forward), inverse: anywhere(plan.inverse) };
    },
    sphereFft: (...wanted) => transformsAnywhere(inner.sphereFft(...wanted), inner.scratch),
  };
}

/** Calls `here` if all arrays are in the shared memory of WebAssembly, else `elsewhere`. */
const either =
  <A extends readonly unknown[]>(here: (...given: A) => void, elsewhere: (...given: A) => void) =>
  (...given: A): void => {
    const isHere = given.every((x) => !(x instanceof Float64Array) || isShared(x));
    (isHere ? here : elsewhere)(...given);
  };

function columnsAnywhere(of: Arithmetic): ColumnKernels {
  const anywhere = (name: keyof ColumnKernels): Kernel => {
    const kinds = COLUMN_ARGUMENTS[name];
    const kernel = of[name] as Kernel;
    return either(kernel, (...given: (Float64Array | number)[]) => {
      const [n, nBands] = [given[kinds.indexOf("n")] as number, given[kinds.indexOf("bands")] as number];
      const panel = of.width * n;
      const lengths: Partial<Record<Kind, number>> = { panel, result: panel, rows: n, dots: of.width };
      of.scratch((take) => {
        const copies = given.map((x, i) => (x instanceof Float64Array ? take(lengths[kinds[i]!] ?? 1) : x));
        copies[kinds.indexOf("bands")] = 1;
        for (let j = 0; j < nBands; j++) {
          const each = (use: (copy: Float64Array, whole: Float64Array, kind: Kind, at: number) => void) =>
            copies.forEach((copy, i) => {
              const kind = kinds[i]!;
              if (copy instanceof Float64Array)
                use(copy, given[i] as Float64Array, kind, kind === "rows" ? 0 : j * copy.length);
            });
          each((copy, whole, _kind, at) => copy.set(whole.subarray(at, at + copy.length)));
          kernel(...copies);
          each((copy, whole, kind, at) => {
            if (kind === "result" || kind === "norms" || kind === "dots") whole.set(copy, at);
          });
        }
      });
    });
  };
  const names = Object.keys(COLUMN_ARGUMENTS) as (keyof ColumnKernels)[];
  return Object.fromEntries(names.map((name) => [name, anywhere(name)])) as unknown as ColumnKernels;
}

function transformsAnywhere(plan: SphereFft, scratch: Scratch): SphereFft {
  const n = plan.planeWaves;
  const points = plan.size[0] * plan.size[1] * plan.size[2];
  /** Potentials on panels of `length` numbers a band, `atOnce` bands at a time. */
  const bandwise =
    (apply: SphereFft["applyPotential"], length: number, atOnce: number): SphereFft["applyPotential"] =>
    (hpsi, psi, v, nBands, mayRound) =>
      scratch((take) => {
        const [h, c, potential] = [take(length * atOnce), take(length * atOnce), take(points)];
        potential.set(v.subarray(0, points));
        for (let j = 0; j < nBands; j += atOnce) {
          const count = Math.min(atOnce, nBands - j);
          const [first, end] = [length * j, length * (j + count)];
          h.set(hpsi.subarray(first, end));
          c.set(psi.subarray(first, end));
          apply(h, c, potential, count, mayRound);
          hpsi.set(h.subarray(0, end - first), first);
        }
      });
  return {
    ...plan,
    sphereToGrid: either(plan.sphereToGrid, (grid, c) =>
      scratch((take) => {
        const [u, waves] = [take(2 * points), take(2 * n)];
        waves.set(c.subarray(0, 2 * n));
        plan.sphereToGrid(u, waves);
        grid.set(u);
      }),
    ),
    gridToSphere: either(plan.gridToSphere, (c, grid) =>
      scratch((take) => {
        const [u, waves] = [take(2 * points), take(2 * n)];
        u.set(grid.subarray(0, 2 * points));
        plan.gridToSphere(waves, u);
        c.set(waves);
      }),
    ),
    applyPotential: either(plan.applyPotential, bandwise(plan.applyPotential, 2 * n, 1)),
    ...(plan.realPotential && {
      realPotential(form: RealForm) {
        const apply = plan.realPotential!(form);
        return either(apply, bandwise(apply, n, 2));
      },
    }),
    accumulateDensity: either(plan.accumulateDensity, (rho, psi, w, nBands, nSets = 1) =>
      scratch((take) => {
        const [sum, c, weights] = [take(points * nSets), take(2 * n), take(nSets)];
        sum.set(rho.subarray(0, sum.length));
        for (let j = 0; j < nBands; j++) {
          c.set(psi.subarray(2 * n * j, 2 * n * (j + 1)));
          for (let s = 0; s < nSets; s++) weights[s] = w[j + nBands * s]!;
          plan.accumulateDensity(sum, c, weights, 1, nSets);
        }
        rho.set(sum);
      }),
    ),
  };
}
