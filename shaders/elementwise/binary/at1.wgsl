// Reads operands one element at a time, with any repetition.
fn position(i: u32, repeat: u32, period: u32) -> u32 { return (i / repeat) % period; }

fn a_at(i: u32) -> T {
  if (A_NUMBER) { return bitcast<T>(params.bits); }
  if (A_WHOLE) { return a[i]; }
  return a[position(i, params.a_repeat, params.a_period)];
}

fn b_at(i: u32) -> T {
  if (B_NUMBER) { return bitcast<T>(params.bits); }
  if (B_WHOLE) { return b[i]; }
  return b[position(i, params.b_repeat, params.b_period)];
}
