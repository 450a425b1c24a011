// NaN and infinities, of which WGSL lets a compiler assume that there are none: it may fold x != x and nested selects away.
// Bits it keeps; shifted by one they are without their sign, and NaN lies above infinity. Joined to vectors/*.wgsl; for
// params with size.

const IS_INTEGER: bool = all(T(0.5) == T(0));
const INFINITE: u32 = select(0xff000000u, 0xffffffffu, IS_INTEGER); // no integer is NaN

fn is_nan(x: T) -> B { return (bitcast<U>(x) << U(1)) > U(INFINITE); }

// Infinity, from bits that no compiler can fold, as sizes stay below 2^31.
fn infinity() -> f32 { return bitcast<f32>(0x7f800000 | (params.size >> 31)); }

// x, but not below -200, where e^x is 0 in float32 and wins over x: 0 * -infinity would be NaN.
fn fading(x: T) -> T { return select(x, T(-200), x < T(-200)); }

// a * b, but 0 where one of them is 0 and the other infinite: what fades to nothing faster than the other grows, as e^x
// beside x, or does not count, as an element that was not chosen. NaN stays.
fn zero_wins(a: T, b: T) -> T {
  let product = a * b;
  return select(product, T(0), is_nan(product) & !is_nan(a + b)); // the sum is infinite then
}
