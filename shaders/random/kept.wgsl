// The factor by which dropout multiplies element i: `scale` if its random word is at least `threshold`, else 0.
// The word is number i % 4 of Philox's four for counter (i / 4, step, stream, 0) and key (seed, 0). Requires
// params.stream, threshold and scale; joined to philox.wgsl.

struct State { seed: u32, step: u32 }
@group(0) @binding(1) var<uniform> state: State;

fn kept(i: u32) -> f32 {
  let words = philox(vec4<u32>(i >> 2, state.step, params.stream, 0), state.seed);
  return select(0.0, params.scale, words[i & 3] >= params.threshold);
}
