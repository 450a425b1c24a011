// Adds normal noise: y_i = x_i + deviation * z_i. Elements 4 i to 4 i + 3 share the Philox words of counter (i, step,
// stream, 0) and key (seed, 0). For words a, b and u(w) = (w / 2^9 + 0.5) / 2^23, which float32 represents exactly,
//   z = sqrt(-2 log(u(a))) * cos(2 pi u(b)),   and the next element has sin instead of cos.
// x, y: [size] in vectors of 4, contiguous; the padding after the last element stays 0. Joined to philox.wgsl and
// sine.wgsl.
// Source: Box and Muller (1958), "A note on the generation of random normal deviates".

alias R = vec4<f32>;
const TWO_PI: f32 = 6.283185307179586;
const TWO_TO_MINUS_23: f32 = 1.1920928955078125e-7;
struct Params { size: u32, stream: u32, deviation: f32 }
@group(0) @binding(0) var<uniform> params: Params;
struct State { seed: u32, step: u32 }
@group(0) @binding(1) var<uniform> state: State;
// forward(x; state) -> y
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

fn noise(i: u32) -> vec4<f32> {
  let words = philox(vec4<u32>(i, state.step, params.stream, 0), state.seed);
  let u = (vec4<f32>(words >> vec4<u32>(9)) + 0.5) * TWO_TO_MINUS_23;
  let radius = sqrt(-2 * log(u.xz));
  let angle = TWO_PI * u.yw;
  return vec4<f32>(
    radius.x * cosine(angle.x), radius.x * sine(angle.x),
    radius.y * cosine(angle.y), radius.y * sine(angle.y),
  );
}

fn forward_element(i: u32) { y[i] = inside(i, x[i] + params.deviation * noise(i)); }
