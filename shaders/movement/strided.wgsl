// Copies between a contiguous tensor and a strided one: transpose, slice, broadcast, pad, concat.
//   gather   y[i] = x[offset + sum_axis index_axis * stride_axis]
//   scatter  y[offset + sum_axis index_axis * stride_axis] = x[i]
// index: the multi-index of i in the shape d0 .. d5 (padded with leading 1s). Strides may be 0 or negative.
// Elements are 32 bits of any dtype.

struct Params {
  size: u32, offset: i32,
  d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  s0: i32, s1: i32, s2: i32, s3: i32, s4: i32, s5: i32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

fn strided_position(i: u32) -> u32 {
  var rest = i;
  var position = params.offset;
  position += i32(rest % params.d5) * params.s5; rest /= params.d5;
  position += i32(rest % params.d4) * params.s4; rest /= params.d4;
  position += i32(rest % params.d3) * params.s3; rest /= params.d3;
  position += i32(rest % params.d2) * params.s2; rest /= params.d2;
  position += i32(rest % params.d1) * params.s1; rest /= params.d1;
  return u32(position + i32(rest) * params.s0);
}

fn gather_element(i: u32) { y[i] = x[strided_position(i)]; }

fn scatter_element(i: u32) { y[strided_position(i)] = x[i]; }
