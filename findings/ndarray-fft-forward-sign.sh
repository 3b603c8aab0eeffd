#!/usr/bin/env bash
# Package: ndarray-fft 1.0.3 (with ndarray 1.1.1), npm; compared with fft.js 4.0.4, npm.
#
# One would guess: fft(1, re, im), which the README calls the forward transform, computes
# X_k = sum_j x_j exp(-2 pi i j k / n) as FFTW, NumPy, MATLAB and fft.js do, and fft(-1, re, im) its inverse.
#
# What happens: fft(1, ...) has exp(+2 pi i j k / n), and fft(-1, ...) has exp(-2 pi i j k / n) / N. A round trip is still
# the identity and spectra of real even data are the same, so the swap shows only where the sign of a frequency matters.
#
# Output seen (x_j = exp(2 pi i j / 8), a single wave of frequency 1, so that the forward transform is 8 at k = 1):
#   ndarray-fft, direction 1: the wave of frequency 1 appears at k = 7
#   fft.js transform:         the wave of frequency 1 appears at k = 1
#
# Whom it hurts: plane-wave and signal codes that multiply spectra by odd functions of the frequency (gradients i G, shifts
# exp(i G R)), or that compare with another library's spectrum: gradients and translations come out with the wrong sign.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ndarray-fft@1.0.3 ndarray@1.1.1 fft.js@4.0.4 >/dev/null
cat > check.cjs <<'JS'
const ndarray = require("ndarray");
const ndfft = require("ndarray-fft");
const FFT = require("fft.js");
const n = 8;
const wave = Array.from({ length: n }, (_, j) => [Math.cos((2 * Math.PI * j) / n), Math.sin((2 * Math.PI * j) / n)]);
const largest = (sizes) => sizes.indexOf(Math.max(...sizes));
const re = ndarray(Float64Array.from(wave, ([x]) => x), [n]);
const im = ndarray(Float64Array.from(wave, ([, y]) => y), [n]);
ndfft(1, re, im);
const byNdarray = largest(wave.map((_, k) => Math.hypot(re.get(k), im.get(k))));
const fft = new FFT(n);
const out = fft.createComplexArray();
fft.transform(out, wave.flat());
const byFftJs = largest(wave.map((_, k) => Math.hypot(out[2 * k], out[2 * k + 1])));
console.log(`ndarray-fft, direction 1: the wave of frequency 1 appears at k = ${byNdarray}`);
console.log(`fft.js transform:         the wave of frequency 1 appears at k = ${byFftJs}`);
process.exit(byNdarray === 7 && byFftJs === 1 ? 0 : 1);
JS
node check.cjs
