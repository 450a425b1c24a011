// Combines the four elements of a vector.
fn across(v: V) -> T {
  let pairs = combine(v, v.zwxy);
  return combine(pairs, pairs.yxwz).x;
}
