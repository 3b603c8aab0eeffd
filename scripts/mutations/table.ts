/** A summand or factor of an error formula, without which a test must fail. */
export interface Mutation {
  /** Below `src`. */
  readonly file: string;
  /** What the formula loses, or how it is wrong. */
  readonly what: string;
  /** Text that stands once in the file, and what replaces it. */
  readonly from: string;
  readonly to: string;
  /** Test files below `test/errors`, without `.test.ts`: the fewest that see it. */
  readonly tests: readonly string[];
}

type Row = readonly [what: string, from: string, to: string];

/** Rows of one file that the same tests see. */
const of = (file: string, tests: readonly string[], rows: readonly Row[]): Mutation[] =>
  rows.map(([what, from, to]) => ({ file, tests, what, from, to }));

const INTERVAL = of("interval/sides.ts", ["apply/adversary"], [
  ["inflated: its roundings", "above(above(computed * above(1 + gamma(roundings))) + UNDERFLOW)", "above(computed)"],
  ["a complex sum: half its roundings", "jointGamma(2 * n + 4)", "jointGamma(n + 2)"],
  ["a complex sum: √2", "productAbove(provedAbove(Math.SQRT2), gamma(n))", "gamma(n)"],
  ["γ: half", "above(nu / below(1 - nu))", "above(nu / 2)"],
]); // biome-ignore format: a table

const PROBLEM = [
  ...of("errors/problem/reciprocal.ts", ["problem/lemmas"], [
    ["δ: half", "productAbove(exact(0.5), largest)", "productAbove(exact(0.25), largest)"],
  ]),
  ...of("errors/problem/reciprocal.ts", ["problem/adversary"], [
    ["δ: the corner b₁−b₂+b₃", "    [1, -1, 1],\n", ""],
    ["δ: the corner b₁−b₂−b₃", "    [1, -1, -1],\n", ""],
    ["T: rounding of k + G", "error: provedAbove(1.01 * (error + 8 * UNIT_ROUNDOFF * value) + UNDERFLOW)", "error: provedAbove(1.01 * (8 * UNIT_ROUNDOFF * value) + UNDERFLOW)"],
    ["k + G: its rounding", "out[3] = Math.max(out[3]!, 1.01 * e)", "out[3] = 0 * e"],
    ["outside: the error of T", "provedBelow(below(value - error))", "provedBelow(value)"],
  ]),
  ...of("errors/problem/reciprocal.ts", ["problem/short-basis"], [
    ["δ: columns of U⁻¹", "combined(transpose(short.from), vectors)", "combined(transpose(short.from), vectors.map((row) => row.map((x) => scale(0.6, x))))"],
    ["the box of waves: U k", "const shortK = matVec(to, k)", "const shortK = to && k"],
    ["the box of waves: n = U⁻¹ n′", "const n = matVec(back, place)", "const n = matVec(to, place)"],
    ["the box of waves: √(2E)|a′|/2π", "above(above(radius * length) + 1)", "above(above(0.5 * radius * length))"],
  ]),
  ...of("errors/problem/potential-table.ts", ["problem/short-basis"], [
    ["places of coefficients: U g", "    places: placesOf(g, short),", "    places: g,"],
    ["places in boxes: U n", "d * x + e * y + f * z", "d * x - e * y + f * z"],
  ]),
  ...of("errors/problem/tabulated-projectors.ts", ["problem/tabulated-projectors"], [
    ["F of a table: the error of q²", "1.2 * delta * (size + beside)", "0 * beside"],
    ["F of a table: its slope, half", "1.2 * delta * (size + beside)", "0.3 * delta * (size + beside)"],
    ["end of a table: a step", "projectors.map((values) => values.length)", "projectors.map((values) => values.length - 1)"],
  ]),
  ...of("errors/problem/projectors.ts", ["problem/tabulated-projectors"], [
    ["tail of a table: its end", "sqr(interval(radius)).lo >= end", "end >= 0"],
  ]),
  ...of("errors/problem/lattice-tail.ts", ["problem/lemmas"], [
    ["Lemma 1: R − 2δ", "sub(interval(radius), scale(2, delta))", "sub(interval(radius), scale(1, delta))"],
    ["Lemma 1: s² of (s + δ)²", "gaussianMoment(j + 2, f.beta, a),", "ZERO,"],
    ["Lemma 1: 2δs", "mul(scale(2, delta), gaussianMoment(j + 1, f.beta, a))", "ZERO"],
    ["Lemma 1: δ²", "mul(power(delta, 2), gaussianMoment(j, f.beta, a))", "ZERO"],
    ["Lemma 2: (m − 1)⁺", "if (m <= 1) return lead;", "return lead;"],
  ]),
  ...of("errors/problem/gth-enclosure.ts", ["problem/gth"], [
    ["v_loc: the Coulomb part", "add(coulomb, short)", "short"],
    ["envelope of v_loc: the Coulomb part", "j === 0 ? add(value, coulomb) : value", "value"],
    ["envelope of v_loc: a sign", "isAbsolute ? interval(magnitude(term)) : term", "term"],
    ["envelope of p: 2l + 1", "div(interval(2 * l + 1), scale(4, PI))", "div(interval(1), scale(4, PI))"],
  ]),
  ...of("errors/problem/gth-enclosure.ts", ["problem/adversary"], [
    ["envelope of p: a sign", "scale(Math.abs(c), power", "scale(c, power"],
  ]),
  ...of("errors/problem/potential-table.ts", ["problem/adversary"], [
    ["Σ|W − Ŵ|: the real parts", "errors.add(radiusAbout(re, x)).add(radiusAbout(im, y))", "errors.add(radiusAbout(im, y))"],
    ["Σ|W − Ŵ|: the imaginary parts", "errors.add(radiusAbout(re, x)).add(radiusAbout(im, y))", "errors.add(radiusAbout(re, x))"],
    ["Σ|W − Ŵ|: beyond the table", "new SumAbove().add(far)", "new SumAbove()"],
    ["t₁: beyond the table", "inflated(sums[firstReaching(q)]! + far, count + 1)", "inflated(sums[firstReaching(q)]!, count + 1)"],
    ["t₁: its roundings", "inflated(sums[firstReaching(q)]! + far, count + 1)", "(sums[firstReaching(q)]! + far) as Above"],
    ["t₂: beyond the table", "squares[firstReaching(q)]! + far * far", "squares[firstReaching(q)]!"],
    ["|W|: the imaginary part", "add(sqr(interval(magnitude(re))), sqr(interval(magnitude(im))))", "sqr(interval(magnitude(re)))"],
  ]),
  ...of("errors/problem/projectors.ts", ["problem/adversary"], [
    ["p: the radial factor's error", "(df * (Math.abs(s) + ds) + ", "("],
    ["p: the phase's error", "(1.01 * phase.error + 4 * UNIT_ROUNDOFF)", "(4 * UNIT_ROUNDOFF)"],
    ["p: the harmonic's error", "Math.abs(f) * ds + ", ""],
  ]),
  ...of("errors/problem/projectors.ts", ["enclose/one-atom"], [
    ["n_i: the lattice tail", "return upperEnd(div(interval(latticeTail(envelope, reciprocal, radius)), reciprocal.volume));", "return exact(0 * latticeTail(envelope, reciprocal, radius) * reciprocal.volume.lo);"],
    ["n_i: the rows of the set", "sum = sumAbove(sum, productAbove(whole, whole));", "sum = sumAbove(sum, productAbove(whole, exact(0)));"],
    ["depth: not taken", "depth = sumAbove(depth, productAbove(norm, totalAbove(tails[c]!)));", "depth = sumAbove(depth, productAbove(norm, exact(0), totalAbove(tails[c]!)));"],
  ]),
  ...of("errors/problem/projectors.ts", ["problem/adversary"], [
    ["n_i: the errors of the rows", "sumAbove(part, panel.errors[column]!)", "part"],
  ]),
  ...of("errors/problem/plain-projectors.ts", ["problem/plain-projectors", "problem/adversary"], [
    ["radial: the error of y", "1.01 * (2.1 * UNIT_ROUNDOFF * y + half * error)", "1.01 * (2.1 * UNIT_ROUNDOFF * y)"],
    ["radial: Horner's roundings", "6 * UNIT_ROUNDOFF * size + ", ""],
    ["radial: L′ δ", " + (2 * a2 * (y + delta) + a1) * delta", ""],
    ["radial: e^{−y} and the norm", "(constant + 1.01 * delta)", "(1.01 * delta)"],
    ["radial: e^{−y}", "PLAIN_EXP_ERROR + above(", "above("],
    ["radial: the norm", "PLAIN_EXP_ERROR + above(radiusAbout(norm, n) / n)", "PLAIN_EXP_ERROR"],
    ["radial: e^{−y} by δ", "(constant + 1.01 * delta)", "constant"],
    ["phase: two products", "1.1 * (worst.value + 6 * UNIT_ROUNDOFF)", "1.1 * worst.value"],
    ["phase: the factors' errors", "1.1 * (worst.value + 6 * UNIT_ROUNDOFF)", "1.1 * (6 * UNIT_ROUNDOFF)"],
  ]),
]; // biome-ignore format: a table

const APPLY = [
  ...of("errors/apply/apply-enclosed.ts", ["apply/adversary"], [
    ["H u: the errors of V_nl u", "kinetic[j]!, nonlocal.errors[j]!, additions", "kinetic[j]!, additions"],
    ["H u: the errors of T u", "kinetic[j]!, nonlocal.errors[j]!, additions", "nonlocal.errors[j]!, additions"],
    ["H u: the errors of V_loc u", "sumAbove(productAbove(local, norm), kinetic", "sumAbove(kinetic"],
    ["H u: the additions", "nonlocal.errors[j]!, additions", "nonlocal.errors[j]!"],
    ["T u: the errors of T", "kineticError[i]! + UNIT_ROUNDOFF * kinetic[i]!", "UNIT_ROUNDOFF * kinetic[i]!"],
    ["T u: rounding of the product", "kineticError[i]! + UNIT_ROUNDOFF * kinetic[i]!", "kineticError[i]!"],
    ["T u: roundings of the error's sum", "inflated(error2, u.rows + 8)", "provedAbove(error2)"],
  ]),
  ...of("errors/apply/apply-enclosed.ts", ["apply/lemmas"], [
    ["outside: the projectors", "u, j), nonlocal.tails[j]!)", "u, j))"],
  ]),
  ...of("errors/apply/apply-enclosed.ts", ["enclose/one-atom"], [
    ["outside: the local potential", "sumAbove(localTail(problem, waves, set.outsideRadius, u, j), nonlocal.tails[j]!)", "nonlocal.tails[j]!"],
  ]),
  ...of("errors/apply/local-product.ts", ["apply/adversary"], [
    ["a plain sum: its rounding", "sumAbove(productAbove(complexGamma(terms), table.sumBeyond(ALL)), table.errorSum)", "table.errorSum"],
    ["a plain sum: the errors of W", "sumAbove(productAbove(complexGamma(terms), table.sumBeyond(ALL)), table.errorSum)", "productAbove(complexGamma(terms), table.sumBeyond(ALL))"],
    ["on the grid: the errors of W", "sumAbove(convolution.error, table.errorSum)", "convolution.error"],
  ]),
  ...of("errors/apply/grid-convolution.ts", ["apply/adversary"], [
    ["transforms: F⁻", "    productAbove(largest, relative),\n", ""],
    ["transforms: F⁻, half", "    productAbove(largest, relative),\n", "    productAbove(exact(0.5), largest, relative),\n"],
    ["transforms: v̂", "    productAbove(uniform, norm1),\n", ""],
    ["transforms: v̂, half", "    productAbove(uniform, norm1),\n", "    productAbove(exact(0.5), uniform, norm1),\n"],
    ["transforms: the product", "    productAbove(u, grown),\n", ""],
    ["transforms: F⁺", "    productAbove(relative, z),\n", ""],
    ["transforms: F⁺, half", "    productAbove(relative, z),\n", "    productAbove(exact(0.5), relative, z),\n"],
    ["transforms: 1/N", "    productAbove(gamma(2), sumAbove(exact(1), relative), z),\n", ""],
  ]),
  ...of("errors/apply/grid-convolution.ts", ["apply/fft-rounding"], [
    ["what is dropped", "norm1), dropped)", "norm1))"],
    ["the grid: the reach of W", "limits[axis]! + reach[axis]! + 1", "limits[axis]! + 1"],
  ]),
  ...of("errors/apply/fft-rounding.ts", ["apply/adversary"], [
    ["a pass: products with factors", "const tau = sumAbove(twist, eta);", "const tau = productAbove(eta, maxAbove(exact(1), twist));"],
    ["a pass: errors of the factors", "const tau = sumAbove(twist, eta);", "const tau = twist;"],
    ["a pass: √2 of products with factors", "productAbove(provedAbove(Math.SQRT2), gamma(2),", "productAbove(gamma(2),"],
    ["a pass: β, in norm", "relative: sumAbove(tau, productAbove(small, rootAbove(exact(pass.radix))))", "relative: tau"],
    ["a pass: √r", "productAbove(small, rootAbove(exact(pass.radix)))", "productAbove(small, rootAbove(exact(1)))"],
    ["a pass: β, uniformly", "uniform: sumAbove(tau, small)", "uniform: tau"],
    ["a pass: τ, uniformly", "uniform: sumAbove(tau, small)", "uniform: small"],
    ["all passes but the last, in norm", "productAbove(relative!, sumAbove(exact(1), errors.relative))", "sumAbove(exact(1), errors.relative)"],
    ["all passes but the last, uniformly", "productAbove(uniform!, sumAbove(exact(1), errors.uniform))", "sumAbove(exact(1), errors.uniform)"],
  ]),
  ...of("errors/apply/grid-convolution.ts", ["apply/fft-rounding"], [
    ["looked at: the small transforms", " || !butterfliesHold(kernels, fft.passes!)", ""],
  ]),
  ...of("errors/apply/fft-rounding.ts", ["apply/fft-rounding"], [
    ["looked at: both directions of the small transforms", "[-1, 1].every((sign)", "[-1].every((sign)"],
    ["β of radix 6", "[6, 12.8]", "[6, 10]"],
    ["a wrong factor", "!(eta <= WORST_FACTOR)", "!(eta <= 1)"],
  ]),
  ...of("errors/apply/nonlocal-error.ts", ["apply/adversary"], [
    ["P h: the errors of P", "sumAbove(panel.errors[from]!, rounding)", "rounding"],
    ["P h: its rounding", "sumAbove(panel.errors[from]!, rounding)", "panel.errors[from]!"],
    ["P(Ph)ᴴ: the errors of P", "error.addProduct(dp, sumAbove(g, dg)).addProduct(p, dg)", "error.addProduct(p, dg)"],
    ["P(Ph)ᴴ: the errors of Ph", "error.addProduct(dp, sumAbove(g, dg)).addProduct(p, dg)", "error.addProduct(dp, sumAbove(g, dg))"],
    ["P(Ph)ᴴ: both errors' product", "error.addProduct(dp, sumAbove(g, dg)).addProduct(p, dg)", "error.addProduct(dp, g).addProduct(p, dg)"],
    ["P(Ph)ᴴ: its rounding", "sumAbove(sizes.value, sizes.value, sum)", "sum"],
    ["P(Ph)ᴴ: rounding of the addition to what was there", "sumAbove(sizes.value, sizes.value, sum)", "sumAbove(sizes.value, sum)"],
    ["P(Ph)ᴴ: rounding of the addition", "sumAbove(sizes.value, sizes.value, sum)", "sumAbove(sizes.value, sizes.value)"],
  ]),
  ...of("errors/apply/nonlocal-product.ts", ["apply/adversary"], [
    ["(Ph)ᴴu: the errors of Ph", "sumAbove(columns.errors[c]!, productAbove(rounding, size))", "productAbove(rounding, size)"],
    ["(Ph)ᴴu: its rounding", "sumAbove(columns.errors[c]!, productAbove(rounding, size))", "columns.errors[c]!"],
    ["P d: the errors of d", "    sum.addProduct(errors[c]!, sumAbove(norm, error));\n", ""],
    ["P d: both errors' product", "sum.addProduct(errors[c]!, sumAbove(norm, error))", "sum.addProduct(errors[c]!, norm)"],
    ["P d: the errors of P", "sumAbove(error, productAbove(rounding, norm))", "productAbove(rounding, norm)"],
    ["P d: its rounding", "sumAbove(error, productAbove(rounding, norm))", "error"],
    ["‖P d‖: its rounding", "productAbove(sum.value, sumAbove(exact(1), complexGamma(panel.columns)))", "sum.value"],
    ["outside: the errors of d", "squares.addSquare(sumAbove(sizes[q]!, errors[q]!))", "squares.addSquare(sizes[q]!)"],
  ]),
  ...of("errors/apply/local-tail.ts", ["apply/lemmas"], [
    ["Lemma 7: the shell's distance", "differenceBelow(outsideRadius, radiusAbove(highest))", "differenceBelow(outsideRadius, exact(0 * highest))"],
    ["Lemma 7: ‖u‖₁ for ‖u‖₂", "productAbove(two, table.sumBeyond(distance))", "productAbove(two, table.norm2Beyond(distance))"],
  ]),
  ...of("errors/apply/local-tail.ts", ["apply/tails"], [
    ["Lemma 7: the error of T", "provedAbove(above(waves.kinetic[i]! + waves.kineticError[i]!))", "provedAbove(waves.kinetic[i]!)"],
    ["Lemma 7: shells but the last", "    total.add(\n", "    new SumAbove().add(\n"],
  ]),
]; // biome-ignore format: a table

const COUNT = [
  ...of("errors/count/comparison-diagonal.ts", ["count/comparison-diagonal"], [
    ["D: the error of T", "differenceBelow(exact(waves.kinetic[row]!), provedAbove(waves.kineticError[row]!))", "exact(waves.kinetic[row]!)"],
    ["D: Gershgorin's sum", "differenceBelow(differenceBelow(kinetic, gershgorin), depth)", "differenceBelow(kinetic, depth)"],
    ["D: roundings of the sum", "inflated(sum + rest / lowest, used + 2)", "sum + rest / lowest"],
    ["D: coefficients not looked at", "inflated(sum + rest / lowest, used + 2)", "inflated(sum, used + 2)"],
    ["D: those beyond the table", "new SumAbove().add(table.sumBeyond(BEYOND_TABLE))", "new SumAbove()"],
    ["D: those beyond the table, all looked at", ": table.sumBeyond(BEYOND_TABLE);", ": exact(0);"],
    ["D: those of the table", "for (let e = used; e < table.count; e++) sum.add", "for (let e = table.count; e < table.count; e++) sum.add"],
    ["D far: ‖W‖₁", "const gershgorin = new SumAbove().add(all);", "const gershgorin = new SumAbove();"],
    ["D on the grid: rounding of the transforms", "sumAbove(productAbove(convolution.error, norm2Above(a)), far)", "far"],
    ["D on the grid: beyond the table", "sumAbove(productAbove(convolution.error, norm2Above(a)), far)", "productAbove(convolution.error, norm2Above(a))"],
    ["D on the grid: cap/τ_min", "productAbove(table.sumBeyond(BEYOND_TABLE), quotientAbove(exact(cap), exact(lowest)))", "table.sumBeyond(BEYOND_TABLE)"],
    ["D on the grid: ‖W‖₁", "sumAbove(all, exact(sums[2 * (nX + i)]!), error)", "sumAbove(exact(sums[2 * (nX + i)]!), error)"],
  ]),
  ...of("errors/count/comparison-diagonal.ts", ["count/lemmas"], [
    ["D: the projectors' depth", "differenceBelow(differenceBelow(kinetic, gershgorin), depth)", "differenceBelow(kinetic, gershgorin)"],
    ["D far: the projectors' depth", "differenceBelow(differenceBelow(waves.outside, gershgorin.value), depth)", "differenceBelow(waves.outside, gershgorin.value)"],
  ]),
  ...of("errors/count/comparison-diagonal.ts", ["count/sharper-diagonal"], [
    ["D far: the near waves", "    gershgorin.addProduct(differenceAbove(ratio, exact(later)), felt);\n", ""],
    ["D far: shells before the last", "    later = ratio;\n", "    later = exact(1e9);\n"],
    ["D far: the error of T of near waves", "highest = maxAbove(highest, kineticAbove(waves, row));", "highest = maxAbove(highest, exact(waves.kinetic[row]!));"],
    ["D outside: waves with weights of their own", "far: leastEntry({ rows: wide.rows.subarray(n), far: wide.far })", "far: wide.far"],
  ]),
  ...of("errors/count/nonlocal-depth.ts", ["count/sharper-diagonal"], [
    ["Gram: the rounding of the product", "          .addProduct(gamma, productAbove(pa, pb))\n", ""],
    ["Gram: the errors of a row's projector", "          .addProduct(ea, pb)\n", ""],
    ["Gram: the errors of a column's projector", "          .addProduct(pa, eb)\n", ""],
    ["Gram: what lies outside", "          .addProduct(a.outside, b.outside);\n", "          .add(exact(0));\n"],
    ["Gram: neighbours", "      columns.forEach((b, j) => {\n        const at", "      columns.forEach((b, j) => {\n        if (i !== j) return;\n        const at"],
    ["Gram: imaginary parts", "          .add(sizeOf(gram[at + 1]!))\n", ""],
    ["ε: half of it", "return enough;", "return productAbove(exact(0.5), enough);"],
    ["ε: the diagonal rounded up", "below(x + middle)", "x + 2 * middle"],
  ]),
  ...of("errors/count/feshbach-schur.ts", ["count/adversary"], [
    ["F: the errors of T", "sumAbove(provedAbove(kineticError), entryError, elimination, additions)", "sumAbove(entryError, elimination, additions)"],
    ["F: the errors of V", "sumAbove(provedAbove(kineticError), entryError, elimination, additions)", "sumAbove(provedAbove(kineticError), elimination, additions)"],
    ["F: the errors of what is eliminated", "sumAbove(provedAbove(kineticError), entryError, elimination, additions)", "sumAbove(provedAbove(kineticError), entryError, additions)"],
    ["V: the errors of W", "sumAbove(problem.table.errorSum, productAbove(exact(1.5), nonlocal))", "productAbove(exact(1.5), nonlocal)"],
    ["V: the errors of V_nl", "sumAbove(problem.table.errorSum, productAbove(exact(1.5), nonlocal))", "problem.table.errorSum"],
    ["S C: the errors of C", "sumAbove(productAbove(largestScale, entryError), productAbove(gamma(1), scaled))", "productAbove(gamma(1), scaled)"],
    ["eliminated: linear in the errors", "productAbove(sumAbove(scaled, scaled, scaledError), scaledError)", "productAbove(scaledError, scaledError)"],
    ["eliminated: their square", "productAbove(sumAbove(scaled, scaled, scaledError), scaledError)", "productAbove(sumAbove(scaled, scaled), scaledError)"],
    ["eliminated: rounding of the product", "      productAbove(complexGamma(Math.min(BLOCK, nY)), eliminated),\n", ""],
    ["τ: the errors of Ph", "          t.addProduct(tails[c]![i]!, columns.errors[m]!);\n", ""],
    ["count: the lift in the sizes", "sumAbove(norm2Above(values), lift)", "norm2Above(values)"],
    ["count: μ in the trace", ".add(sizeOf(a[2 * (x + nX * x)]!)).add(sizeOf(mu))", ".add(sizeOf(a[2 * (x + nX * x)]!))"],
    ["count: the error of F", "choleskyMargin(nX, trace.value), error, lifting)", "choleskyMargin(nX, trace.value), lifting)"],
    ["count: Cholesky's margin", "choleskyMargin(nX, trace.value), error, lifting)", "error, lifting)"],
    ["count: rounding of the lift", "error, lifting)", "error)"],
    ["count: μ", "sumAbove(exact(mu), choleskyMargin", "sumAbove(choleskyMargin"],
  ]),
  ...of("errors/count/feshbach-schur.ts", ["count/one-rounding"], [
    ["S C: rounding of the product with S", "sumAbove(productAbove(largestScale, entryError), productAbove(gamma(1), scaled))", "productAbove(largestScale, entryError)"],
    ["F: the additions", "entryError, elimination, additions)", "entryError, elimination)"],
    ["count: rounding of the shift", "sumAbove(least, productAbove(gamma(2), sumAbove(size, sizeOf(least))))", "least"],
  ]),
  ...of("errors/count/feshbach-schur.ts", ["count/lemmas"], [
    ["τ: the projectors", "        t.addProduct(tails[c]![i]!, rootAbove(squares.value));\n", ""],
    ["τ: the local potential", "const t = new SumAbove().add(local);", "const t = new SumAbove().add(exact(0 * local));"],
    ["b Σ τ²/b: one shell", "productAbove(total, exact(weight), tau)", "productAbove(tau, tau)"],
  ]),
  ...of("errors/count/squared-coupling.ts", ["count/adversary"], [
    ["KᴴK: the error of v̂", "productAbove(off, sumAbove(largest, largest, off))", "productAbove(off, off)"],
    ["KᴴK: the transform back", "productAbove(sumAbove(u, productAbove(back, sumAbove(one, u))), largest, largest)", "productAbove(u, largest, largest)"],
    ["KᴴK: the norm of an element's error", "productAbove(exact(nX), element)", "productAbove(exact(0.5), element)"],
    ["KᴴK: the errors of the product", "sumAbove(square, productAbove(exact(1.5), product))", "sumAbove(square, productAbove(exact(0 * product), square))"],
    ["Z: W p", "      productAbove(convolution.error, panel.norms[a]!),\n", ""],
    ["Z: overlaps of p", "sumAbove(ofGram, ofSum, ofSum)", "sumAbove(ofSum, ofSum)"],
  ]),
  ...of("errors/count/squared-coupling.ts", ["count/lemmas"], [
    ["Z: ½", "gram[i]! *= 0.5; // exact", "gram[i]! *= 1;"],
    ["Z: W p itself", "    z.set(out.subarray(0, 2 * nX), 2 * nX * a);\n", ""],
    ["KᴴK: a grid on which vectors meet", "fastSize(high - low + 2 * reach + 1)", "fastSize(high - low + reach + 1)"],
  ]),
  ...of("errors/count/feshbach-schur.ts", ["count/adversary"], [
    ["F: KᴴK, the errors of C", "[productAbove(sumAbove(whole, whole, scaledError), scaledError)]", "[exact(0)]"],
    ["F: KᴴK, its own error", "      productAbove(t, square.error),\n", ""],
  ]),
  ...of("errors/count/feshbach-schur.ts", ["count/lemmas"], [
    ["F: the shared weight", "t = maxAbove(t, inverse(row));", "t = inverse(end);"],
    ["F: rows of X in KᴴK, twice", "values[i]! += product[i]!;", "values[i]! += 2 * product[i]!;"],
    ["F: near rows of less than the shared weight", "rootAbove(maxAbove(exact(0), differenceAbove(w, exact(t))))", "rootAbove(w)"],
  ]),
  ...of("errors/count/positive-definite.ts", ["count/lemmas"], [
    ["Lemma 5: its roundings", "complexGamma(2 * n + 16)", "productAbove(exact(1e-3), complexGamma(2 * n + 16))"],
    ["looked at: the largest order", "n < LARGEST_ORDER && ", ""],
    ["looked at: the largest trace", " && trace < LARGEST_TRACE", ""],
    ["looked at: pivots", "!(a[2 * (j + n * j)]! > 0 && a[2 * (j + n * j)]! < Infinity)", "false"],
  ]),
]; // biome-ignore format: a table

const RITZ = [
  ...of("errors/ritz/trial-forms.ts", ["ritz/lemmas"], [
    ["K: m of m t²", "productAbove(exact(m), applied.tails[j]!, applied.tails[j]!)", "productAbove(applied.tails[j]!, applied.tails[j]!)"],
  ]),
  ...of("errors/ritz/trial-forms.ts", ["ritz/adversary"], [
    ["R: the errors of H u", "sumAbove(applied.errors[j]!, productAbove(gamma(1), rounded))", "productAbove(gamma(1), rounded)"],
    ["R: its rounding", "sumAbove(applied.errors[j]!, productAbove(gamma(1), rounded))", "applied.errors[j]!"],
    ["Z: the errors of R", "sumAbove(errors[j]!, rounding)", "rounding"],
    ["Z: its rounding", "sumAbove(errors[j]!, rounding)", "errors[j]!"],
    ["K: rᵢ eⱼ", "        .addProduct(ri, ej)\n", ""],
    ["K: eᵢ rⱼ", "        .addProduct(ei, rj)\n", ""],
    ["K: eᵢ eⱼ", "        .addProduct(ei, ej)\n", ""],
    ["K: its rounding", "\n        .addProduct(gammaR, productAbove(ri, rj)).value", ".value"],
  ]),
  ...of("errors/ritz/lehmann-bounds.ts", ["ritz/lemmas"], [
    ["Theorem 2: A₁ < 0", "kappas === undefined || !kappas.enclosures.every(({ hi }) => hi < 0)", "kappas === undefined"],
  ]),
  ...of("errors/ritz/accurate-dot.ts", ["ritz/adversary"], [
    ["S: rounding of the errors' sum", "productAbove(gamma(n + 1), inflated(size, n + 1))", "productAbove(gamma(0), inflated(size, n + 1))"],
    ["S: joining two dot products", "sumAbove(a.error, b.error, productAbove(gamma(2), sizes))", "sumAbove(a.error, b.error)"],
    ["S: one of two roundings of joining", "productAbove(gamma(2), sizes)", "productAbove(gamma(1), sizes)"],
    ["S: the first dot product's errors", "new SumAbove().add(sizeOf(a.rest))", "new SumAbove()"],
    ["S: the second dot product's errors", ".add(sizeOf(b.rest))", ""],
    ["S: errors of the products", "rest += lost + carried;", "rest += carried;"],
    ["S: errors of the sums", "rest += lost + carried;", "rest += lost;"],
  ]),
  ...of("errors/ritz/complex-intervals.ts", ["ritz/pencil"], [
    ["‖XᴴEX‖: columns", "return largest(rows, columns);\n}\n\n/** The leading", "return largest(rows, rows);\n}\n\n/** The leading"],
    ["‖XᴴEX‖: Im X", "sumAbove(magnitude(re), magnitude(x.im[i]![j]!))", "magnitude(re)"],
  ]),
  ...of("errors/ritz/complex-intervals.ts", ["enclose/exactly-solvable"], [
    ["distance from a diagonal: columns", "return largest(rows, columns);\n}\n\nconst sums", "return largest(rows, rows);\n}\n\nconst sums"],
  ]),
  ...of("errors/ritz/interval-pencil.ts", ["ritz/pencil"], [
    ["looked at: the order of eigenvalues", " || !isAscending(solution.values)", ""],
    ["Lemma 6: the radii", "sumAbove(distanceFromDiagonal(product(xh, product(middle, x)), d), spread)", "distanceFromDiagonal(product(xh, product(middle, x)), d)"],
    ["Lemma 6: e of A", "interval(below(kappa - e)), interval(above(kappa + e))", "interval(kappa), interval(kappa)"],
    ["Lemma 6: 1 − s", "[interval(below(1 - s), above(1 - s)), interval(below(1 + s), above(1 + s))]", "[interval(below(1 + s), above(1 + s))]"],
    ["Lemma 6: 1 + s", "[interval(below(1 - s), above(1 - s)), interval(below(1 + s), above(1 + s))]", "[interval(below(1 - s), above(1 - s))]"],
  ]),
  ...of("errors/ritz/interval-pencil.ts", ["ritz/pencil"], [
    ["Lemma 6: how bad X is", "sumAbove(distanceFromDiagonal(product(xh, product(middle, x)), d), spread)", "spread"],
  ]),
]; // biome-ignore format: a table

const REST = [
  ...of("errors/certify/certify-bands.ts", ["enclose/cohen-bergstresser"], [
    ["the count", "if (counted !== true) return counted;", ""],
    ["a matrix of another μ", "schur.nX === nX && schur.mu >= rho", "schur.nX === nX"],
  ]),
  ...of("errors/certify/certify-bands.ts", ["enclose/exactly-solvable"], [
    ["the constant, below", "lowerEnd(add(interval(bound.lower), constant))", "bound.lower"],
    ["the constant, above", "upperEnd(add(interval(upper.enclosures[i]!.hi), constant))", "upper.enclosures[i]!.hi as Above"],
  ]),
  ...of("errors/certify/certificate.ts", ["../io/certificate"], [
    ["a claim's lower end", "claim.lower <= lower[i]! && upper[i]! <= claim.upper", "upper[i]! <= claim.upper"],
    ["a claim's upper end", "claim.lower <= lower[i]! && upper[i]! <= claim.upper", "claim.lower <= lower[i]!"],
  ]),
  ...of("errors/certify/width-parts.ts", ["certify/width-parts"], [
    ["the solver's part", "plainForms(input, input.u.rows)", "plainForms(input, 0)"],
  ]),
  ...of("errors/enclose/elimination-bounds.ts", ["enclose/cohen-bergstresser"], [
    ["the number of bands below", "          lowered.vectors,\n          first,", "          lowered.vectors,\n          first + 1,"],
  ]),
  ...of("errors/propose/propose-count.ts", ["enclose/cohen-bergstresser"], [
    ["ρ: the lowered band", "Math.min(schur.mu, lowered.values[m]! - Math.max(1e-9, 1e-4 * gap))", "schur.mu"],
  ]),
  ...of("errors/energy/hartree-fock-energy.ts", ["energy/hartree-fock-energy"], [
    ["the repulsion", "sub(sub(div(sum, interval(mesh)), scale(electrons, mean)), repulsion)", "sub(div(sum, interval(mesh)), scale(electrons, mean))"],
    ["N V₀", "sub(sub(div(sum, interval(mesh)), scale(electrons, mean)), repulsion)", "sub(div(sum, interval(mesh)), repulsion)"],
    ["bands that are not listed", "if (lower > known)", "if (lower > Infinity)"],
  ]),
  ...of("errors/energy/filled-energy.ts", ["energy/certify-energy"], [
    ["θ", "add(interval(t), projected.re[i]![i]!)", "projected.re[i]![i]!"],
    ["Z", "add(interval(t), projected.re[i]![i]!)", "interval(t)"],
    ["Tr((S⁻¹ − 1)Z)", "return add(sum, ball(0, rest));", "return add(sum, ball(0, 0 * rest));"],
    ["‖S⁻¹ − 1‖: infinite for dependent vectors", "if (!(skewness < Infinity)) return undefined;", ""],
  ]),
  ...of("errors/energy/filled-density.ts", ["energy/filled-density"], [
    ["‖ρ − ρ₀‖: one of G and −G alone", "rootAbove(productAbove(exact(2), half.value))", "rootAbove(half.value)"],
    ["‖ρ − ρ₀‖: coefficients beyond the density", "else distance.add(ofCoefficient(factor, g2(g), [0, 0], { re, im }));", ""],
    ["‖ρ − ρ₀‖: the imaginary part of n", "new SumAbove().addSquare(sizeOf(re)).addSquare(sizeOf(im)).value", "new SumAbove().addSquare(sizeOf(re)).value"],
    ["n: ‖S⁻¹ − 1‖", "productAbove(back, size), skew, inflated(0, 1)", "productAbove(back, size), inflated(0, 1 + 0 * skew)"],
    ["grid: 2w + 1 points", "width.every((w, axis) => 2 * w + 1 <= size[axis]!)", "true"],
  ]),
  ...of("errors/energy/filled-density.ts", ["energy/adversary"], [
    ["n: the transform there", "    productAbove(relative, sumAbove(exact(2), relative)),\n", ""],
    ["n: the squares' roundings", "    productAbove(squares, grown, grown),\n", ""],
    ["n: the transform back", "sumAbove(uniform, productAbove(gamma(2), sumAbove(exact(1), uniform)))", "sumAbove(productAbove(gamma(2), sumAbove(exact(1), uniform)))"],
    ["‖ρ − ρ₀‖: the errors of n", "sumAbove(norm(distance), productAbove(error, norm(inverses)))", "sumAbove(norm(distance), productAbove(error, exact(0), norm(inverses)))"],
  ]),
  ...of("errors/energy/certify-energy.ts", ["energy/certify-energy"], [
    ["E(γ): ½‖ρ − ρ₀‖²", "add(sub(div(traces, interval(mesh)), repulsion), interval(distance))", "add(sub(div(traces, interval(mesh)), repulsion), interval(0 * distance))"],
    ["E(γ): ½‖ρ₀‖²", "sub(div(traces, interval(mesh)), repulsion)", "div(traces, interval(mesh))"],
    ["E(γ): two electrons in an orbital", "scale(2 * multiplicity, filled.trace)", "scale(multiplicity, filled.trace)"],
    ["‖ρ* − ρ₀‖: twice the gap", "rootAbove(productAbove(exact(2), gap))", "rootAbove(gap)"],
    ["multiplicities: their sum", "sum === mesh,", "true,"],
    ["the density: ‖S⁻¹ − 1‖", "density.add({ ...filled, multiplicity })", "density.add({ ...filled, skewness: exact(0), multiplicity })"],
  ]),
  ...of("errors/energy/self-consistent-bands.ts", ["energy/self-consistent-bands"], [
    ["Lemma 12: the sum over S", "productAbove(upperEnd(factor), inner.value)", "productAbove(upperEnd(factor), exact(0 * inner.value))"],
    ["Lemma 12: the listed waves outside S", "sumAbove(outer.value, beyond)", "beyond"],
    ["Lemma 12: the waves beyond", "sumAbove(outer.value, beyond)", "outer.value"],
    ["Lemma 12: 8 of |n|² ≤ 8t/|G|²", "scale(8, factor)", "scale(4, factor)"],
    ["Lemma 12: 4π", "div(scale(4, PI), reciprocal.volume)", "div(scale(2, PI), reciprocal.volume)"],
    ["α: s²", "sumAbove(a, productAbove(s, s))", "a"],
    ["α: a", "sumAbove(a, productAbove(s, s))", "productAbove(s, s)"],
    ["β: half", "beta: quotientAbove(b, exact(2 * s))", "beta: quotientAbove(b, exact(4 * s))"],
    ["the waves beyond: R − 2δ", "sub(interval(radius), scale(2, delta))", "sub(interval(radius), scale(1, delta))"],
    ["the waves beyond: 1/A", "add(add(term(0), term(1)),", "add(term(1),"],
    ["the waves beyond: δ/A²", "add(add(term(0), term(1)),", "add(term(0),"],
    ["the waves beyond: δ²/3A³", "add(add(term(0), term(1)), div(term(2), interval(3)))", "add(term(0), term(1))"],
    ["C: the local potential", "    problem.table.sumBeyond(ALL),\n", ""],
    ["C: the projectors", "    nonlocalDepth(problem.channels, waveSet(problem, k, cutoff).tails(0)),\n", ""],
    ["levels: the mean of V₀, below", "lower: lowerEnd(sub(interval(lower), constant))", "lower: lower"],
    ["levels: the mean of V₀, above", "upper: upperEnd(sub(interval(upper), constant))", "upper: upper"],
    ["levels: α", "add(interval(alpha), mul(interval(beta), add(interval(level), interval(depth))))", "mul(interval(beta), add(interval(level), interval(depth)))"],
    ["levels: βλ", "add(interval(level), interval(depth))", "interval(depth + 0 * level)"],
    ["levels: βC", "add(interval(level), interval(depth))", "interval(level)"],
    ["levels: the change, below", "sub(interval(lower), change(lower))", "interval(lower)"],
    ["levels: the change, above", "add(interval(upper), change(upper))", "interval(upper)"],
    ["levels: δβ < 1", "if (!(productAbove(densityError, beta) < 1)) return undefined;", ""],
  ]),
  ...of("errors/energy/ion-energy.ts", ["energy/ion-energy"], [
    ["the self-energy", "sub(sub(waveSum(atoms, reciprocal, eta), self), background)", "sub(waveSum(atoms, reciprocal, eta), background)"],
    ["the background", "sub(sub(waveSum(atoms, reciprocal, eta), self), background)", "sub(waveSum(atoms, reciprocal, eta), self)"],
    ["the mean of the potentials: its Coulomb part", "add(sum, add(coulomb, mul(gaussian, polynomial)))", "add(sum, mul(gaussian, polynomial))"],
    ["the mean of the potentials: its Gaussians", "add(sum, add(coulomb, mul(gaussian, polynomial)))", "add(sum, coulomb)"],
    ["the sum over G", "add(scale(2, sum), interval(0, tail))", "interval(0, tail)"],
    ["the sum of erfc", "add(electrostatic, pairs.energy(eta))", "electrostatic"],
    ["|S|²: the imaginary part", "mul(weight, add(sqr(re), sqr(im)))", "mul(weight, sqr(re))"],
  ]),
  ...of("errors/published/published-bars.ts", ["published/adversary"], [
    ["‖r‖: the errors of H u", "sumAbove(size, errors[j]!, rounding, tails[j]!)", "sumAbove(size, rounding, tails[j]!)"],
    ["‖r‖: its rounding", "sumAbove(size, errors[j]!, rounding, tails[j]!)", "sumAbove(size, errors[j]!, tails[j]!)"],
    ["‖r‖: what lies outside", "sumAbove(size, errors[j]!, rounding, tails[j]!)", "sumAbove(size, errors[j]!, rounding)"],
    ["‖r‖: ‖u‖", "sumAbove(size, errors[j]!, rounding, tails[j]!), length)", "sumAbove(size, errors[j]!, rounding, tails[j]!), provedBelow(length ** 0))"],
  ]),
]; // biome-ignore format: a table

/** Smaller parts of the formulas, and conditions that are looked at. */
const MORE = [
  ...of("errors/count/feshbach-schur.ts", ["count/lemmas"], [
    ["F: S, by 10⁻⁶", "rootAbove(maxAbove(exact(0), differenceAbove(w, exact(t))))", "provedAbove(0.999999 * Math.sqrt(Math.max(0, w - t)))"],
  ]),
  ...of("errors/count/feshbach-schur.ts", ["count/adversary"], [
    ["τ: all m of a channel", "m <= from + 2 * l", "m < from + 2 * l"],
  ]),
  ...of("errors/count/feshbach-schur.ts", ["count/one-rounding"], [
    ["F: the number of additions", "gamma(sums)", "gamma(1)"],
  ]),
  ...of("errors/certify/certify-bands.ts", ["enclose/cohen-bergstresser"], [
    ["a matrix of another X", "schur.nX === nX && ", ""],
  ]),
  ...of("errors/certify/certificate.ts", ["enclose/cohen-bergstresser"], [
    ["a proposal of another k", "proposal.k.some((x, i) => x !== k[i])", "false"],
  ]),
  ...of("errors/certify/certificate.ts", ["../io/certificate"], [
    ["the order of claims", "claims.length === 0 || misplaced >= 0", "claims.length === 0"],
  ]),
  ...of("errors/ritz/lehmann-bounds.ts", ["ritz/lemmas"], [
    ["ρ′: a trial value in place of a bound", "const next = best[n]!.lower;", "const next = forms.theta[n]! as Below;"],
  ]),
  ...of("errors/ritz/trial-forms.ts", ["ritz/lemmas"], [
    ["ρ + 1/κ: its rounding", "provedBelow(below(rho + below(1 / kappa)))", "provedBelow(rho + 1 / kappa)"],
  ]),
  ...of("errors/ritz/trial-forms.ts", ["ritz/adversary"], [
    ["a dot product: a block's sums", "jointGamma(Math.min(DOT_BLOCK, n) + Math.ceil(n / DOT_BLOCK) + 2)", "jointGamma(Math.ceil(n / DOT_BLOCK) + 2)"],
  ]),
  ...of("errors/ritz/complex-intervals.ts", ["ritz/pencil"], [
    ["radii: their imaginary part", "return modulusAbove(dx, dy);", "return modulusAbove(dx, exact(0 * dy));"],
  ]),
  ...of("errors/ritz/interval-pencil.ts", ["ritz/pencil"], [
    ["Lemma 6: ‖X‖²", "sumAbove(exact(1), distanceFromDiagonal(product(xh, x), ones))", "exact(1)"],
    ["Lemma 6: s < 1", "if (!(s < 1) || !(e < Infinity)) return undefined;", ""],
  ]),
  ...of("errors/energy/filled-energy.ts", ["energy/certify-energy"], [
    ["Tr((S⁻¹ − 1)Z): √n", "rootAbove(exact(theta.length))", "exact(1)"],
    ["‖S⁻¹ − 1‖: 1/(1 − s)", "quotientAbove(s, differenceBelow(exact(1), s))", "s"],
  ]),
  ...of("errors/energy/filled-density.ts", ["energy/adversary"], [
    ["‖ρ − ρ₀‖: 4π", "scale(4, PI)); // Ω/4π", "scale(2, PI)); // Ω/4π"],
    ["n: half of ‖S⁻¹ − 1‖", "skew.addProduct(norm2, skewness);", "skew.addProduct(exact(0.5), norm2, skewness);"],
  ]),
  ...of("errors/energy/ion-energy.ts", ["energy/ion-energy"], [
    ["the sum of erfc: half", "interval(0, most.hi)", "interval(0, 0.5 * most.hi)"],
  ]),
  ...of("errors/apply/local-product.ts", ["apply/adversary"], [
    ["a plain sum: the number of its addends", "complexGamma(terms)", "complexGamma(1)"],
  ]),
  ...of("errors/problem/potential-table.ts", ["problem/lemmas"], [
    ["t: the error of T", "above(waves.kinetic[i]! + waves.kineticError[i]!)", "waves.kinetic[i]!"],
  ]),
  ...of("errors/problem/phase.ts", ["problem/lemmas"], [
    ["phases: errors of products", "rest.add(sizeOf(productError(whole, tau))).add(sizeOf(sumError(turns, term)))", "rest.add(sizeOf(sumError(turns, term)))"],
    ["phases: errors of sums", "rest.add(sizeOf(productError(whole, tau))).add(sizeOf(sumError(turns, term)))", "rest.add(sizeOf(productError(whole, tau)))"],
  ]),
  ...of("errors/problem/projectors.ts", ["problem/lemmas"], [
    ["depth: an element of h in place of a row", "totalAbove(row.map(sizeOf))", "maxAbove(...row.map(sizeOf))"],
  ]),
  ...of("errors/problem/enclosed-hamiltonian.ts", ["problem/lemmas"], [
    ["outside the first waves: the error of T", "below(kinetic[i]! - kineticError[i]!)", "kinetic[i]!"],
  ]),
]; // biome-ignore format: a table

export const MUTATIONS: readonly Mutation[] = [
  ...INTERVAL,
  ...PROBLEM,
  ...APPLY,
  ...COUNT,
  ...RITZ,
  ...REST,
  ...MORE,
];
