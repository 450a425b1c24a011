// Reads operands four elements at a time: whole tensors, single elements, or repeated rows of a multiple of four
// elements.
fn repeated(i: u32, period: u32) -> u32 { return i % (period >> 2); }

fn a_at(i: u32) -> T {
  if (A_NUMBER) { return T(bitcast<f32>(params.bits)); }
  if (A_WHOLE) { return a[i]; }
  if (params.a_period == 1) { return T(a[0].x); }
  return a[repeated(i, params.a_period)];
}

fn b_at(i: u32) -> T {
  if (B_NUMBER) { return T(bitcast<f32>(params.bits)); }
  if (B_WHOLE) { return b[i]; }
  if (params.b_period == 1) { return T(b[0].x); }
  return b[repeated(i, params.b_period)];
}
