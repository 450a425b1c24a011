// Infinity, from bits that no compiler can fold, as sizes stay below 2^31; for params with size.
fn infinity() -> f32 { return bitcast<f32>(0x7f800000 | (params.size >> 31)); }
