export { transformGrid } from "./grid-fft";
export { accumulateDensity, applyPotential, gridToSphere, permuteReal, sphereToGrid } from "./sphere-fft";
export { gemm, gemmWork, hermitianOverlap } from "./gemm";
export { cholesky, solveTriangularLeft, solveTriangularRight } from "./triangular";
export { eigh, eighWork } from "./eigh";
export {
  addScaledColumns, allPositive, columnDots, columnNorms2, columnWeightedNorms2, multiplyRows, scaleColumns, tpa,
} from "./columns";
export { realGemm, realGemmWork, symmetricOverlap } from "./real/gemm";
export { realCholesky, realSolveTriangularLeft, realSolveTriangularRight } from "./real/triangular";
export { realEigh, realEighWork } from "./real/eigh";
export {
  realAddScaledColumns, realColumnDots, realColumnWeightedNorms2, realMultiplyRows, realScaleColumns, realTpa,
} from "./real/columns";
