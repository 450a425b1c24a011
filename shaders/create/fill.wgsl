// y_i = value. y: [size], raw 32-bit patterns, so one kernel serves every dtype.

struct Params { size: u32, bits: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;

fn forward_element(i: u32) { y[i] = params.bits; }
