// Measures arithmetic throughput: each invocation runs CHAINS independent chains of multiply-adds in registers, so that
// no operation waits for the previous result.
//   v_j <- v_j * factor + term,  ROUNDS times
// A round is 8 * CHAINS floating-point operations: two for each of the four numbers of a chain.
// y: [invocations] of vec4<f32>, the sum of the chains, so that the compiler cannot drop them. No workgroup memory.

const WORKGROUP_SIZE: u32 = 256;
const CHAINS: u32 = 8;
const ROUNDS: u32 = 256;
struct Params { factor: f32, term: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward() -> y
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = group.id.x * WORKGROUP_SIZE + local;
  let factor = vec4<f32>(params.factor);
  let term = vec4<f32>(params.term);
  let start = vec4<f32>(f32(i), f32(i) + 0.25, f32(i) + 0.5, f32(i) + 0.75);
  // Eight variables rather than an array, because not every compiler keeps an array in registers.
  var a = start; var b = start + 1; var c = start + 2; var d = start + 3;
  var e = start + 4; var f = start + 5; var g = start + 6; var h = start + 7;
  for (var round = 0u; round < ROUNDS; round++) {
    a = a * factor + term; b = b * factor + term; c = c * factor + term; d = d * factor + term;
    e = e * factor + term; f = f * factor + term; g = g * factor + term; h = h * factor + term;
  }
  y[i] = a + b + c + d + e + f + g + h;
}
