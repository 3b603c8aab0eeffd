import { referenceKernels } from "../../src/kernels/reference.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { kernelLaws } from "./laws.ts";

kernelLaws("wasm simd", () => wasmKernelsSync({ fma: false }), referenceKernels);
