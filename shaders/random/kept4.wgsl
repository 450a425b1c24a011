// random/kept.wgsl for elements 4 i to 4 i + 3, which share their random words.

struct State { seed: u32, step: u32 }
@group(0) @binding(1) var<uniform> state: State;

fn kept(i: u32) -> vec4<f32> {
  let words = philox(vec4<u32>(i, state.step, params.stream, 0), state.seed);
  return select(vec4<f32>(), vec4<f32>(params.scale), words >= vec4<u32>(params.threshold));
}
