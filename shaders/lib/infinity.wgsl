// Infinity, from bits that no compiler can fold: sizes stay below 2^31, so the shift adds 0. Requires params.size.
fn infinity() -> f32 { return bitcast<f32>(0x7f800000 | (params.size >> 31)); }
