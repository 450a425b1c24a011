// Gathers the next samples of a data set, with their labels.
//   x_i = samples[order[start + i]],   y_i = labels[order[start + i]]
// samples: [count, x_length], as floats or, with BYTES, as whole numbers below 256, four to a word; labels: [count,
// y_length] words of any dtype; order: positions; cursor: where the batch starts in the order.
// x: [rows, x_length] floats; y: [rows, y_length]; all contiguous. An invocation computes ITEMS elements of x, so
// x_length is a multiple of it; the invocations after those of x copy labels, one each. No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4; // or 1
const BYTES: bool = false;
struct Params { rows: u32, x_length: u32, y_length: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> cursor: vec4<u32>;
// forward(samples, order, labels; cursor) -> x, y
@group(0) @binding(2) var<storage, read> samples: array<u32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read> labels: array<u32>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<u32>;

fn sample_of(row: u32) -> u32 { return order[cursor.x + row]; }

// Element e of the samples.
fn sample_at(e: u32) -> f32 {
  if (BYTES) { return f32(extractBits(samples[e >> 2], 8 * (e & 3), 8)); }
  return bitcast<f32>(samples[e]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
  let x_items = params.rows * params.x_length / ITEMS;
  if (i < x_items) {
    let row = i * ITEMS / params.x_length;
    let e = sample_of(row) * params.x_length + i * ITEMS % params.x_length;
    if (ITEMS == 4 && BYTES) {
      let word = samples[e >> 2];
      x[4 * i] = f32(word & 0xff);
      x[4 * i + 1] = f32((word >> 8) & 0xff);
      x[4 * i + 2] = f32((word >> 16) & 0xff);
      x[4 * i + 3] = f32(word >> 24);
    } else {
      for (var item = 0u; item < ITEMS; item++) { x[ITEMS * i + item] = sample_at(e + item); }
    }
  } else if (i - x_items < params.rows * params.y_length) {
    let j = i - x_items;
    y[j] = labels[sample_of(j / params.y_length) * params.y_length + j % params.y_length];
  }
}
