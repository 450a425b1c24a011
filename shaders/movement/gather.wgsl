// Selects elements along one axis by position; the gradient adds up at their sources.
//   forward   y[o, k, i]  = x[o, at(k), i],   at(k) = indices[k], counted from the end if negative, clamped to the axis
//   backward  dx[o, l, i] = sum of dy[o, k, i] over the k with at(k) = l, in the order of k, without atomics
// x, dx: [outer, length, inner]; y, dy: [outer, count, inner]; indices: [count]; all contiguous.
// The forward pass copies 32-bit elements, so it serves every dtype.

struct Params { size: u32, length: u32, inner: u32, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x, indices) -> y
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> indices: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
// backward(dy, indices) -> dx
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn at(k: u32) -> u32 {
  let index = indices[k];
  let length = i32(params.length);
  return u32(clamp(select(index, index + length, index < 0), 0, length - 1));
}

fn forward_element(i: u32) {
  let k = i / params.inner % params.count;
  let outer = i / (params.inner * params.count);
  y[i] = x[(outer * params.length + at(k)) * params.inner + i % params.inner];
}

fn backward_element(i: u32) {
  let l = i / params.inner % params.length;
  let start = i / (params.inner * params.length) * params.count * params.inner + i % params.inner;
  var sum = 0.0;
  for (var k = 0u; k < params.count; k++) {
    if (at(k) == l) { sum += dy[start + k * params.inner]; }
  }
  dx[i] = sum;
}
