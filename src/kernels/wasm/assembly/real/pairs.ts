import { potentialOn } from "../sphere-fft";
import { aligned, difference, setComplex, sum, swap } from "../simd";

/*
 * Real coefficients a, b of two bands as one complex band c = U(a + ib), where a form says what U is: a phase
 * (re, im) of each wave, or the index of the partner of each, c_G = (a + ib)/√2 and c_P = (a − ib)/√2 for P > G.
 */

const ROOT_HALF: f64 = 0.7071067811865476;

/** hpsi ← hpsi + Re, Im UᴴVU of two bands at a time; a last one without a second is alone. */
export function applyRealPotential(
  plan: usize, form: usize, isPhase: bool, n: usize, hpsi: usize, psi: usize, v: usize, nBands: usize, work: usize,
): void {
  const bytes = n * 16, pack = aligned(work), image = pack + aligned(bytes), free = image + aligned(bytes);
  for (let j: usize = 0; j < nBands; j += 2) {
    const at = j * n * 8, second = j + 1 < nBands ? n * 8 : 0;
    expandPair(isPhase, n, form, pack, psi + at, second);
    potentialOn<f64>(plan, image, pack, v, bytes, 1, false, free);
    addPair(isPhase, n, form, hpsi + at, second, image);
  }
}

/** @param second bytes from a to b, 0 for b = 0. */
export function expandPair(isPhase: bool, n: usize, form: usize, c: usize, a: usize, second: usize): void {
  if (isPhase) expandByPhase(n, form, c, a, second);
  else expandByPartner(n, form, c, a, second);
}

/** a ← a + Re Uᴴc, b ← b + Im Uᴴc. */
export function addPair(isPhase: bool, n: usize, form: usize, a: usize, second: usize, c: usize): void {
  if (isPhase) addByPhase(n, form, a, second, c);
  else addByPartner(n, form, a, second, c);
}

function expandByPhase(n: usize, form: usize, c: usize, a: usize, second: usize): void {
  const end = form + n * 16;
  const y = second == 0 ? f64x2.splat(0) : f64x2.splat(1);
  for (; form < end; form += 16, c += 16, a += 8) {
    const phase = v128.load(form);
    // (x re − y im, x im + y re)
    const turned = f64x2.mul(swap(phase), f64x2.mul(y, v128.load_splat<f64>(a + second)));
    const straight = f64x2.mul(phase, v128.load_splat<f64>(a));
    v128.store(c, f64x2.add(straight, f64x2.replace_lane(turned, 0, -f64x2.extract_lane(turned, 0))));
  }
}

function addByPhase(n: usize, form: usize, a: usize, second: usize, c: usize): void {
  const end = form + n * 16;
  for (; form < end; form += 16, c += 16, a += 8) {
    const phase = v128.load(form), value = v128.load(c);
    store<f64>(a, load<f64>(a) + sum(f64x2.mul(value, phase)));
    if (second != 0)
      store<f64>(a + second, load<f64>(a + second) + difference(f64x2.mul(swap(value), phase)));
  }
}

function expandByPartner(n: usize, form: usize, c: usize, a: usize, second: usize): void {
  const b = a + second;
  for (let g: usize = 0; g < n; g++) {
    const p: usize = load<u32>(form + (g << 2));
    if (p < g) continue;
    const ag = load<f64>(a + (g << 3)), bg: f64 = second == 0 ? 0 : load<f64>(b + (g << 3));
    if (p == g) {
      setComplex(c + (g << 4), ag, bg);
      continue;
    }
    const x = ROOT_HALF * ag, z = ROOT_HALF * load<f64>(a + (p << 3));
    const y = ROOT_HALF * bg, w: f64 = second == 0 ? 0 : ROOT_HALF * load<f64>(b + (p << 3));
    setComplex(c + (g << 4), x - w, y + z);
    setComplex(c + (p << 4), x + w, y - z);
  }
}

function addByPartner(n: usize, form: usize, a: usize, second: usize, c: usize): void {
  const b = a + second;
  for (let g: usize = 0; g < n; g++) {
    const p: usize = load<u32>(form + (g << 2));
    if (p < g) continue;
    const atG = g << 3, atP = p << 3;
    const x = load<f64>(c + (g << 4)), y = load<f64>(c + (g << 4), 8);
    if (p == g) {
      store<f64>(a + atG, load<f64>(a + atG) + x);
      if (second != 0) store<f64>(b + atG, load<f64>(b + atG) + y);
      continue;
    }
    const z = load<f64>(c + (p << 4)), w = load<f64>(c + (p << 4), 8);
    store<f64>(a + atG, load<f64>(a + atG) + ROOT_HALF * (x + z));
    store<f64>(a + atP, load<f64>(a + atP) + ROOT_HALF * (y - w));
    if (second == 0) continue;
    store<f64>(b + atG, load<f64>(b + atG) + ROOT_HALF * (y + w));
    store<f64>(b + atP, load<f64>(b + atP) - ROOT_HALF * (x - z));
  }
}
