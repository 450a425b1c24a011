// NaN, and 0 beside infinity. WGSL lets a compiler assume that there are neither NaN nor infinities: drivers make min and max,
// which drop NaN, of a comparison with what it chooses, and take x == x for true. So NaN is told by its bits.
// Joined to files that declare V, one number or four, f32 or i32, and I and B, as many i32 and bool.

const IS_INTEGER: bool = all(V(1) / V(2) == V());
const INFINITE: i32 = select(0x7f800000, 0x7fffffff, IS_INTEGER); // no integer is NaN

fn is_nan(x: V) -> B { return (bitcast<I>(x) & I(0x7fffffff)) > I(INFINITE); }

// y, but NaN where x is.
fn keep_nan(x: V, y: V) -> V { return select(y, x, is_nan(x)); }

// x, but not below -200, where e^x is 0 in float32 and wins over x: 0 * -infinity would be NaN.
fn fading(x: V) -> V { return keep_nan(x, max(x, V(-200))); }

// a * b, but 0 where one of them is 0 and the other infinite: what fades to nothing faster than the other grows, as e^x
// beside x, or does not count, as an element that was not chosen. NaN stays.
fn zero_wins(a: V, b: V) -> V {
  let product = a * b;
  return select(product, V(), is_nan(product) & !is_nan(a + b)); // the sum is infinite then
}
