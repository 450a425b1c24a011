// NaN, and 0 times infinity. WGSL lets a compiler assume that neither NaN nor infinity occurs: drivers compile a
// comparison that selects its operand to min or max, which drop NaN, and fold x == x to true. So these functions test
// for NaN by its bits.
// Joined to files that declare V (one number or four, f32 or i32) and the integer and bool types of that width, I and
// B.

const IS_INTEGER: bool = all(V(1) / V(2) == V());
const INFINITE: i32 = select(0x7f800000, 0x7fffffff, IS_INTEGER); // no integer is NaN

fn is_nan(x: V) -> B { return (bitcast<I>(x) & I(0x7fffffff)) > I(INFINITE); }

// y, or x where x is NaN.
fn keep_nan(x: V, y: V) -> V { return select(y, x, is_nan(x)); }

// max(x, -200). Below that e^x is 0 in float32, and x e^x must be 0 even for -infinity.
fn fading(x: V) -> V { return keep_nan(x, max(x, V(-200))); }

// a * b, but 0 where one factor is 0 and the other infinite: the 0 stands for a factor that vanishes faster than the
// other grows, as e^x against x, or for an element that was not selected. NaN stays NaN.
fn zero_wins(a: V, b: V) -> V {
  let product = a * b;
  return select(product, V(), is_nan(product) & !is_nan(a + b)); // for 0 * infinity, a + b is infinite, not NaN
}
