// Sets elements to 0 at random and scales the others; its own gradient, as the mask is made again from the same numbers.
//   y_i = x_i * scale if word_i >= threshold, else 0
// x, y: [size], contiguous. word_i: word i % 4 of Philox 4x32-10 for the counter (i / 4, step, stream, 0) and the key
// (seed, 0), so an invocation computes 4 neighbours. state: [seed, step].
// Source: Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3". No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4; // the words of one Philox block
struct Params { size: u32, stream: u32, threshold: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x, state) -> y
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// The high 32 bits of the 64-bit product, from the four products of 16-bit halves.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffff;
  let a1 = a >> 16;
  let b0 = b & 0xffff;
  let b1 = b >> 16;
  let middle = a1 * b0 + ((a0 * b0) >> 16); // below 2^32: (2^16 - 1)^2 + 2^16 - 1
  let carry = (middle & 0xffff) + a0 * b1;
  return a1 * b1 + (middle >> 16) + (carry >> 16);
}

fn philox(start: vec4<u32>, seed: u32) -> vec4<u32> {
  var c = start;
  var key = vec2<u32>(seed, 0);
  for (var round = 0; round < 10; round++) {
    c = vec4<u32>(
      multiply_high(0xcd9e8d57, c.z) ^ c.y ^ key.x, 0xcd9e8d57 * c.z,
      multiply_high(0xd2511f53, c.x) ^ c.w ^ key.y, 0xd2511f53 * c.x,
    );
    key += vec2<u32>(0x9e3779b9, 0xbb67ae85);
  }
  return c;
}

fn keep_or_drop(i: u32, word: u32) {
  if (i < params.size) { y[i] = select(0.0, x[i] * params.scale, word >= params.threshold); }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let block = (group.y * groups.x + group.x) * WORKGROUP_SIZE + local;
  if (block * ITEMS >= params.size) { return; }
  let words = philox(vec4<u32>(block, state[1], params.stream, 0), state[0]);
  keep_or_drop(block * ITEMS, words.x);
  keep_or_drop(block * ITEMS + 1, words.y);
  keep_or_drop(block * ITEMS + 2, words.z);
  keep_or_drop(block * ITEMS + 3, words.w);
}
