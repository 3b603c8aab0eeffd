import { addPair, expandPair } from "../real/pairs";
import { aligned, smaller } from "../simd";
import { potentialOn } from "../sphere-fft";
import { high, low, rounded } from "./lanes";

/*
 * V ψ by transforms of numbers rounded to float32: a vector holds those of two bands, or of four real ones, so that
 * the passes are those of float64 and take as long for twice as many.
 */

/** hpsi ← hpsi + V ψ, two complex bands at a time; a last one without a second is alone. */
export function applySinglePotential(
  plan: usize, n: usize, hpsi: usize, psi: usize, v: usize, nBands: usize, work: usize,
): void {
  const bytes = n * 16, pack = aligned(work), image = pack + aligned(bytes), free = image + aligned(bytes);
  for (let j: usize = 0; j < nBands; j += 2) {
    const at = j * bytes, second = j + 1 < nBands ? at + bytes : at;
    roundBands(n, pack, psi + at, psi + second);
    potentialOn<f32>(plan, image, pack, v, bytes, 1, false, free);
    for (let g: usize = 0; g < bytes; g += 16) {
      const both = v128.load(image + g);
      addTo(hpsi + at + g, low(both));
      if (second != at) addTo(hpsi + second + g, high(both));
    }
  }
}

/** hpsi ← hpsi + Re, Im UᴴVU of four bands at a time; the last ones may be fewer. */
export function applySingleRealPotential(
  plan: usize, form: usize, isPhase: bool, n: usize, hpsi: usize, psi: usize, v: usize, nBands: usize, work: usize,
): void {
  const bytes = n * 16, area = aligned(bytes), pack = aligned(work), image = pack + area;
  const first = image + area, second = first + area, free = second + area;
  for (let j: usize = 0; j < nBands; j += 4) {
    const count = smaller(4, nBands - j), at = j * n * 8;
    const b: usize = count > 1 ? n * 8 : 0, d: usize = count > 3 ? n * 8 : 0;
    expandPair(isPhase, n, form, first, psi + at, b);
    if (count > 2) expandPair(isPhase, n, form, second, psi + at + bytes, d);
    roundBands(n, pack, first, count > 2 ? second : first);
    potentialOn<f32>(plan, image, pack, v, bytes, 1, false, free);
    for (let g: usize = 0; g < bytes; g += 16) {
      const both = v128.load(image + g);
      v128.store(first + g, low(both));
      v128.store(second + g, high(both));
    }
    addPair(isPhase, n, form, hpsi + at, b, first);
    if (count > 2) addPair(isPhase, n, form, hpsi + at + bytes, d, second);
  }
}

function roundBands(n: usize, to: usize, x: usize, y: usize): void {
  for (let g: usize = 0; g < n * 16; g += 16) v128.store(to + g, rounded(v128.load(x + g), v128.load(y + g)));
}

@inline
function addTo(to: usize, x: v128): void {
  v128.store(to, f64x2.add(v128.load(to), x));
}
