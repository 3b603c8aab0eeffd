"""Computes the levels of certified problems again, with NumPy alone and none of Stillwave's code.

    python3 recompute.py CERTIFICATE...      prints a line for each file; exits with 1 if a claim is violated

Reads the problem and the claims of certificates, builds H as a dense matrix of plane waves from the formulas
of the literature (Cohen and Bergstresser 1966; Goedecker, Teter and Hutter 1996) and diagonalises it. Where
Stillwave uses closed forms of projectors and real harmonics, this uses quadrature of the radial functions and
Legendre polynomials. Levels of a finite basis lie above the exact ones, so lower ends are tested as they are;
upper ends by the level of the largest basis, less what the last enlargement still moved it. Hartree, bohr.
"""

import json
import sys
import math

import numpy as np

# Rounding of a dense eigenproblem of some hundred rows and entries of some ten Ha.
ROUNDING = 3e-12
# Sizes of the bases, each tried until the last enlargement moved no level by a tenth of its interval.
SIZES = (300, 450, 675, 1000)


def waves(lattice, k, energy):
    """Whole vectors n and Cartesian k+G of all plane waves with |k+G|^2/2 <= energy."""
    reciprocal = 2 * math.pi * np.linalg.inv(lattice).T
    reach = math.sqrt(2 * energy)
    most = [int(reach * np.linalg.norm(row) / (2 * math.pi)) + 2 for row in lattice]
    n = np.stack(np.meshgrid(*[np.arange(-m, m + 1) for m in most], indexing="ij"), -1).reshape(-1, 3)
    q = (n + k) @ reciprocal
    inside = (q**2).sum(1) <= 2 * energy
    return n[inside], q[inside]


def spherical_bessel(l, x):
    """j_l(x), by its power series where the closed form cancels."""
    small = np.abs(x) < 2.0
    series, term = np.zeros_like(x), np.ones_like(x)
    for factor in range(1, l + 1):
        term = term * x / (2 * factor + 1)
    for s in range(30):
        series += term
        term = term * (-(x**2) / 2) / ((s + 1) * (2 * l + 2 * s + 3))
    safe = np.where(small, 1.0, x)
    before, value = np.cos(safe) / safe, np.sin(safe) / safe
    for order in range(l):
        before, value = value, (2 * order + 1) / safe * value - before
    return np.where(small, series, value)


def local(potential, q):
    """Fourier integral of the local part, q > 0 [Ha bohr^3]: equation (1) of GTH, term by term."""
    r, charge = potential["rloc"], potential["charge"]
    x2 = (q * r) ** 2
    polynomials = [1.0, 3 - x2, 15 - 10 * x2 + x2**2, 105 - 105 * x2 + 21 * x2**2 - x2**3]
    short = sum(c * p for c, p in zip(potential["c"], polynomials))
    return np.exp(-x2 / 2) * (-4 * math.pi * charge / q**2 + math.sqrt(8 * math.pi**3) * r**3 * short)


def radial(r, l, i, q):
    """4 pi int r^2 j_l(q r) p_i(r) dr by the trapezoidal rule: the integrand is even and a Gaussian."""
    power = l + 2 * (i - 1)
    norm = math.sqrt(2 / math.gamma(power + 1.5)) / r ** (power + 1.5)
    step = r / 16
    mesh = step * np.arange(1, 16 * 14)
    p = norm * mesh**power * np.exp(-(mesh**2) / (2 * r**2))
    values, places = np.unique(np.round(q, 12), return_inverse=True)
    table = np.array([4 * math.pi * step * (mesh**2 * spherical_bessel(l, s * mesh) * p).sum() for s in values])
    return table[places]


def legendre(l, x):
    return [np.ones_like(x), x, (3 * x**2 - 1) / 2, (5 * x**3 - 3 * x) / 2][l]


def hamiltonian(problem, k, energy):
    lattice = np.array(problem["lattice"], float)
    volume = abs(np.linalg.det(lattice))
    reciprocal = 2 * math.pi * np.linalg.inv(lattice).T
    n, q = waves(lattice, np.array(k), energy)
    h = np.diag((q**2).sum(1) / 2).astype(complex)
    difference = (n[:, None, :] - n[None, :, :]).reshape(-1, 3)
    base = 4 * np.abs(n).max() + 1
    digits = difference @ np.array([base**2, base, 1])  # one whole number tells each difference
    _, first, place = np.unique(digits, return_index=True, return_inverse=True)
    unique = difference[first]
    vectors = unique @ reciprocal
    length = np.sqrt((vectors**2).sum(1))
    w = np.zeros(len(unique), complex)
    if problem["kind"] == "cohen-bergstresser":
        a = problem["potential"]["latticeConstant"]
        shell = (length * a / (2 * math.pi)) ** 2
        for position in problem["positions"]:
            phase = np.exp(-2j * math.pi * (unique @ np.array(position)))
            for squared, value in problem["potential"]["formFactors"]:
                w += np.where(abs(shell - squared) < 0.01, value * a**3 / (8 * volume), 0) * phase
    else:
        nonzero = length > 1e-9
        for atom in problem["atoms"]:
            phase = np.exp(-2j * math.pi * (unique @ np.array(atom["position"])))
            w[nonzero] += (local(atom["potential"], length[nonzero]) / volume) * phase[nonzero]
        for c in problem.get("coefficients", []):
            w[(unique == np.array(c["g"])).all(1)] += c["re"] + 1j * c["im"]
        size = np.sqrt((q**2).sum(1))
        cosine = (q @ q.T) / np.maximum(size[:, None] * size[None, :], 1e-30)
        for atom in problem["atoms"]:
            phase = np.exp(-2j * math.pi * (n @ np.array(atom["position"])))
            for l, channel in enumerate(atom["potential"]["channels"]):
                if not channel["h"]:
                    continue
                p = np.array([radial(channel["r"], l, i + 1, size) for i in range(len(channel["h"]))])
                strength = p.T @ np.array(channel["h"]) @ p
                angle = (2 * l + 1) / (4 * math.pi) * legendre(l, np.clip(cosine, -1, 1))
                h += phase[:, None] * phase.conj()[None, :] * strength * angle / volume
    return h + w[place].reshape(h.shape)


def levels(problem, k, widths):
    """Lowest levels of the largest basis that was needed, and how far its enlargement moved them."""
    volume = abs(np.linalg.det(np.array(problem["lattice"], float)))
    before = None
    for size in SIZES:
        energy = (6 * math.pi**2 * size / volume) ** (2 / 3) / 2
        level = np.linalg.eigvalsh(hamiltonian(problem, k, energy))[: len(widths)]
        moved = None if before is None else before - level
        if moved is not None and (moved < np.maximum(0.1 * widths, ROUNDING)).all():
            break
        before = level
    return level, moved


def main(paths):
    intervals = violations = 0
    for path in paths:
        with open(path) as lines:
            head, *points = [json.loads(line) for line in lines]
        problem = head["problem"]
        own, tightest, widest, moved = 0, math.inf, 0.0, 0.0
        for point in points:
            widths = np.array([claim["upper"] - claim["lower"] for claim in point["claims"]])
            level, step = levels(problem, point["k"], widths)
            for claim, value, more in zip(point["claims"], level, step):
                lower, upper = claim["lower"], claim["upper"]
                wrong = value < lower - ROUNDING or value - more > upper + ROUNDING
                if wrong:
                    violations += 1
                    print(f"VIOLATION {head.get('title')} k = {point['k']} band {claim['index']}: {value!r} not in [{lower!r}, {upper!r}]")
                own += 1
                tightest, widest = min(tightest, upper - lower), max(widest, upper - lower)
                moved = max(moved, more)
        intervals += own
        print(f"{head.get('title', path):34} {len(points):3} k-points {own:4} intervals of {tightest:.0e} to {widest:.0e} Ha, basis left {moved:.0e}", flush=True)
    print(f"{len(paths)} problems, {intervals} intervals, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
