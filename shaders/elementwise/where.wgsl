// Selects between two tensors.
//   y_i = a_i if condition_i != 0, else b_i
// condition, a, b, y: [size], contiguous 32-bit elements, so one kernel serves every dtype.

struct Params { size: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(condition, a, b) -> y
@group(0) @binding(1) var<storage, read> condition: array<i32>;
@group(0) @binding(2) var<storage, read> a: array<u32>;
@group(0) @binding(3) var<storage, read> b: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>;

fn forward_element(i: u32) { y[i] = select(b[i], a[i], condition[i] != 0); }
