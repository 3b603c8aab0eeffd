#!/usr/bin/env bash
# Package: ml-matrix 6.15.1, npm.
#
# One would guess: EigenvalueDecomposition of a matrix that is symmetric but for rounding (one unit in the last place
# between a_ij and a_ji, as any product computed in floating point has) behaves as for the symmetric matrix: ascending
# eigenvalues and orthonormal eigenvectors.
#
# What happens: symmetry is tested by exact equality, so one unit in the last place sends the matrix to the solver for
# general ones. Eigenvalues come back in no order, and eigenvectors are not of length one and, where an eigenvalue is
# repeated, not orthogonal. `assumeSymmetric: true` is the way out.
#
# Output seen (6 x 6, eigenvalues 1 1 1 2 2 3, one entry changed by 4.4e-16):
#   symmetric:         ascending true,  |V^T V - 1| 1e-15 or less
#   one ulp apart:     ascending false, |V^T V - 1| of order 1
#   assumeSymmetric:   ascending true,  |V^T V - 1| 1e-15 or less
#
# Whom it hurts: whoever diagonalises overlap, covariance or Hamiltonian matrices computed in floating point and uses
# V^T as the inverse of V or takes the first vector as that of the lowest eigenvalue.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ml-matrix@6.15.1 >/dev/null
cat > check.cjs <<'JS'
const { Matrix, EigenvalueDecomposition } = require("ml-matrix");
const n = 6;
const values = [1, 1, 1, 2, 2, 3];
// Q = (1 - 2 u u^T)(1 - 2 v v^T) is orthogonal; A = Q diag(values) Q^T, made exactly symmetric.
const unit = (x) => x.map((y) => y / Math.hypot(...x));
const reflect = (u) => Matrix.eye(n).sub(Matrix.columnVector(u).mmul(Matrix.rowVector(u)).mul(2));
const q = reflect(unit([3, 1, 4, 1, 5, 9])).mmul(reflect(unit([2, 6, 5, 3, 5, 8])));
const product = q.mmul(Matrix.diag(values)).mmul(q.transpose());
const a = new Matrix(n, n);
for (let i = 0; i < n; i++)
  for (let j = 0; j <= i; j++) for (const [r, c] of [[i, j], [j, i]]) a.set(r, c, product.get(i, j));
const near = a.clone();
near.set(0, 1, near.get(0, 1) + 2 ** -51);
const look = (name, matrix, options) => {
  const e = new EigenvalueDecomposition(matrix, options);
  const v = e.eigenvectorMatrix;
  const defect = v.transpose().mmul(v).sub(Matrix.eye(n)).abs().max();
  const ascending = e.realEigenvalues.every((x, i, all) => i === 0 || all[i - 1] <= x);
  console.log(`${name} ascending ${ascending}, |V^T V - 1| ${defect.toExponential(1)}, eigenvalues ${e.realEigenvalues.map((x) => x.toFixed(3))}`);
  return { ascending, defect };
};
const plain = look("symmetric:      ", a);
const apart = look("one ulp apart:  ", near);
const told = look("assumeSymmetric:", near, { assumeSymmetric: true });
const isFine = ({ ascending, defect }) => ascending && defect < 1e-13;
process.exit(isFine(plain) && isFine(told) && !apart.ascending && apart.defect > 0.1 ? 0 : 1);
JS
node check.cjs
