/**
 * A local or semilocal exchange-correlation functional, E_xc = ∫ e(ρ↑, ρ↓, σ↑↑, σ↑↓, σ↓↓) d³r.
 *
 * Densities of n points. `nSpin` = 1: ρ [n] and σ = |∇ρ|² [n]. `nSpin` = 2: (ρ↑, ρ↓) [2·n] and
 * (|∇ρ↑|², ∇ρ↑·∇ρ↓, |∇ρ↓|²) [3·n], component slowest. `nSpin` = 1 means ρ↑ = ρ↓ = ρ/2.
 */
export interface Functional {
  /** Its libxc name, e.g. `lda_c_pw`. */
  readonly name: string;
  /** Whether it reads σ. */
  readonly kind: "lda" | "gga";
  /**
   * Adds the energy per volume and its derivatives to `out`. Points whose density is below the
   * functional's threshold or not a number contribute nothing; a negative spin density counts as
   * zero.
   *
   * @param rho [bohr⁻³].
   * @param sigma [bohr⁻⁸], not read by an LDA, which may be given null.
   */
  evaluate(nSpin: 1 | 2, rho: Float64Array, sigma: Float64Array | null, out: FunctionalOutput): void;
}

export interface FunctionalOutput {
  /** e [Ha·bohr⁻³], shape [n]. */
  readonly energy: Float64Array;
  /** ∂e/∂ρ [Ha], shape of `rho`. */
  readonly vrho: Float64Array;
  /** ∂e/∂σ [Ha·bohr⁵], shape of `sigma`; not written by an LDA, which may be given null. */
  readonly vsigma: Float64Array | null;
}

/**
 * Energy per particle of the uniform gas: writes (ε, ∂ε/∂r_s, ∂ε/∂ζ) [Ha] to `out` for r_s =
 * (3/(4πn))^{1/3} [bohr] and the polarisation ζ = (ρ↑ − ρ↓)/n in [−1, 1].
 */
export type UniformGas = (out: Float64Array, rs: number, zeta: number) => void;
