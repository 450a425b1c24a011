// Gathers the next samples of a data set, with their labels.
//   x_i = samples[order[start + i]],   y_i = labels[order[start + i]]      without ORDERED: order[i] = i
// samples: [count, x_length] 32-bit elements or, with BYTES, bytes packed four to an element, which become floats;
// labels:
// [count, y_length] 32-bit elements of any dtype, or bytes with LABEL_BYTES; order: positions; cursor: the start of the
// batch in the order.
// x: [rows, x_length]; y: [rows, y_length]; all contiguous.
//   vectors   x_length is a multiple of 4; an invocation computes 4 elements of x
//   singles   an invocation computes one element of x
// The invocations after those of x copy one label each. No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const BYTES: bool = false;
const LABEL_BYTES: bool = false;
const ORDERED: bool = true;
struct Params { rows: u32, x_length: u32, y_length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> cursor: vec4<u32>;
// vectors(samples, order, labels; cursor) -> x, y; singles(samples, order, labels; cursor) -> x_single, y
@group(0) @binding(2) var<storage, read> samples: array<u32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read> labels: array<u32>;
@group(0) @binding(5) var<storage, read_write> x: array<vec4<u32>>;
@group(0) @binding(5) var<storage, read_write> x_single: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<u32>;

fn sample_of(row: u32) -> u32 {
  if (ORDERED) { return order[cursor.x + row]; }
  return cursor.x + row;
}

// Byte e, unpacked from the four bytes that hold it, as the bits of a float.
fn float_of_byte(four: u32, e: u32) -> u32 { return bitcast<u32>(f32(extractBits(four, 8 * (e & 3), 8))); }

// Element e of the samples, as bits: i32 elements handled as floats would be flushed to 0.
fn sample_at(e: u32) -> u32 {
  if (BYTES) { return float_of_byte(samples[e >> 2], e); }
  return samples[e];
}

fn label_at(e: u32) -> u32 {
  if (LABEL_BYTES) { return float_of_byte(labels[e >> 2], e); }
  return labels[e];
}

// Elements e to e + 3, where e is a multiple of 4.
fn samples_at(e: u32) -> vec4<u32> {
  if (BYTES) {
    let bytes = (vec4<u32>(samples[e >> 2]) >> vec4<u32>(0, 8, 16, 24)) & vec4<u32>(0xff);
    return bitcast<vec4<u32>>(vec4<f32>(bytes));
  }
  return vec4<u32>(samples[e], samples[e + 1], samples[e + 2], samples[e + 3]);
}

fn copy_label(i: u32) {
  if (i >= params.rows * params.y_length) { return; }
  y[i] = label_at(sample_of(i / params.y_length) * params.y_length + i % params.y_length);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn vectors(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * WORKGROUP_SIZE + local;
  let length = params.x_length / 4;
  if (i < params.rows * length) { x[i] = samples_at(4 * (sample_of(i / length) * length + i % length)); }
  else { copy_label(i - params.rows * length); }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn singles(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * WORKGROUP_SIZE + local;
  let length = params.x_length;
  if (i < params.rows * length) { x_single[i] = sample_at(sample_of(i / length) * length + i % length); }
  else { copy_label(i - params.rows * length); }
}
