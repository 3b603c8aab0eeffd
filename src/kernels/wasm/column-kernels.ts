import { invariant } from "../../common/failure.ts";
import type { ColumnKernels } from "../kernels.ts";
import type { DenseExports, KernelExports } from "./exports.ts";
import type { LinearMemory } from "./memory.ts";

/** Makes the loops over panels of bands, with checked addresses. */
export function columnKernels(
  { address }: LinearMemory,
  wasm: DenseExports,
  width: 1 | 2,
  allPositive: KernelExports["allPositive"],
): ColumnKernels {
  return {
    columnNorms2(out, n, nBands, x) {
      const what = "columnNorms2";
      wasm.columnNorms2(address(out, nBands, what), n, nBands, address(x, width * n * nBands, what));
    },
    columnDots(out, n, nBands, x, y) {
      const [what, panel] = ["columnDots", width * n * nBands];
      const to = address(out, width * nBands, what);
      wasm.columnDots(to, n, nBands, address(x, panel, what), address(y, panel, what));
    },
    columnWeightedNorms2(out, n, nBands, d, x) {
      const what = "columnWeightedNorms2";
      const [to, weights] = [address(out, nBands, what), address(d, n, what)];
      wasm.columnWeightedNorms2(to, n, nBands, weights, address(x, width * n * nBands, what));
    },
    scaleColumns(n, nBands, s, x) {
      const what = "scaleColumns";
      wasm.scaleColumns(n, nBands, address(s, nBands, what), address(x, width * n * nBands, what));
    },
    addScaledColumns(out, n, nBands, y, s, x) {
      const [what, panel] = ["addScaledColumns", width * n * nBands];
      const [to, from] = [address(out, panel, what), address(y, panel, what)];
      wasm.addScaledColumns(to, n, nBands, from, address(s, nBands, what), address(x, panel, what));
    },
    multiplyRows(out, n, nBands, d, x) {
      const [what, panel] = ["multiplyRows", width * n * nBands];
      wasm.multiplyRows(address(out, panel, what), n, nBands, address(d, n, what), address(x, panel, what));
    },
    tpa(n, nBands, t, s, x) {
      const scales = address(s, nBands, "tpa");
      invariant(
        allPositive(nBands, scales) !== 0,
        () => `tpa: scales must be positive, got ${s.slice(0, nBands)}`,
      );
      wasm.tpa(n, nBands, address(t, n, "tpa"), scales, address(x, width * n * nBands, "tpa"));
    },
  };
}
