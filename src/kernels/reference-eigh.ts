/**
 * Eigenvalues and vectors of a Hermitian matrix by cyclic Jacobi rotations: slow, simple, accurate
 * and unlike the methods of the fast back ends, hence a good reference.
 */
export function jacobiEigh(
  n: number,
  a: Float64Array,
  lda: number,
  values: Float64Array,
  v: Float64Array,
  ldv: number,
): void {
  const at = (i: number, j: number) => 2 * (i + j * lda);
  let largest = 0;
  for (let j = 0; j < n; j++) {
    a[at(j, j) + 1] = 0;
    for (let i = j; i < n; i++) {
      largest = Math.max(largest, Math.abs(a[at(i, j)]!), Math.abs(a[at(i, j) + 1]!));
      a[at(j, i)] = a[at(i, j)]!;
      a[at(j, i) + 1] = i === j ? 0 : -a[at(i, j) + 1]!;
    }
    for (let i = 0; i < n; i++) {
      v[2 * (i + j * ldv)] = i === j ? 1 : 0;
      v[2 * (i + j * ldv) + 1] = 0;
    }
  }
  // Frobenius norm, which rotations preserve: rounding of eigenvalues may be n times the largest
  // entry.
  let squares = 0;
  for (let j = 0; j < n; j++)
    for (let i = 0; i < n; i++) {
      const re = a[at(i, j)]! / (largest || 1);
      const im = a[at(i, j) + 1]! / (largest || 1);
      squares += re * re + im * im;
    }
  const scale = largest * Math.sqrt(squares);
  /** Columns p, q of m ← (c·mp − s̄·mq, s·mp + c·mq) with complex s = sr + i si. */
  const rotateColumns = (
    m: Float64Array,
    ld: number,
    p: number,
    q: number,
    c: number,
    sr: number,
    si: number,
  ) => {
    for (let i = 0; i < n; i++) {
      const ip = 2 * (i + p * ld);
      const iq = 2 * (i + q * ld);
      const pr = m[ip]!;
      const pi = m[ip + 1]!;
      const qr = m[iq]!;
      const qi = m[iq + 1]!;
      m[ip] = c * pr - (sr * qr + si * qi);
      m[ip + 1] = c * pi - (sr * qi - si * qr);
      m[iq] = c * qr + (sr * pr - si * pi);
      m[iq + 1] = c * qi + (sr * pi + si * pr);
    }
  };
  const sweep = (): number => {
    let worst = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const re = a[at(p, q)]!;
        const im = a[at(p, q) + 1]!;
        const size = Math.hypot(re, im);
        if (size <= 1e-17 * scale) continue;
        worst = Math.max(worst, size);
        const theta = (a[at(q, q)]! - a[at(p, p)]!) / (2 * size);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        // s carries the phase of a_pq, so that the rotated off-diagonal element vanishes.
        const sr = (t * c * re) / size;
        const si = (t * c * im) / size;
        rotateColumns(a, lda, p, q, c, sr, si);
        for (let j = 0; j < n; j++) {
          const [jp, jq] = [at(p, j), at(q, j)];
          const pr = a[jp]!;
          const pi = a[jp + 1]!;
          const qr = a[jq]!;
          const qi = a[jq + 1]!;
          a[jp] = c * pr - (sr * qr - si * qi);
          a[jp + 1] = c * pi - (sr * qi + si * qr);
          a[jq] = c * qr + (sr * pr + si * pi);
          a[jq + 1] = c * qi + (sr * pi - si * pr);
        }
        rotateColumns(v, ldv, p, q, c, sr, si);
      }
    return worst;
  };
  for (let count = 0; sweep() > 1e-16 * scale; count++)
    if (count > 60) throw new Error("eigh: Jacobi sweeps did not converge");
  const order = Array.from({ length: n }, (_, j) => j).sort((p, q) => a[at(p, p)]! - a[at(q, q)]!);
  const sorted = order.map((j) => v.slice(2 * j * ldv, 2 * (j * ldv + n)));
  order.forEach((from, to) => {
    values[to] = a[at(from, from)]!;
    v.set(sorted[to]!, 2 * to * ldv);
  });
}
