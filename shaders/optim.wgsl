// One step of an optimizer, over arenas that hold all parameters, their gradients, moments and moving averages.
//   g = clip(scale * gradient) + l2 * w      clip by value, if CLIP_VALUE; by norm is in optim/clip.wgsl
//   w = updated(i, w - decay * w, g)         from optim/<name>.wgsl, which keeps its moments (bindings 5 and up)
//   a = a + ema_gain * (w - a)               if EMA; w = a in a step that overwrites
// gradient, weight, average: [size] of T, contiguous; the padding between parameters is 0 and stays 0.
// hyper: what changes from step to step, computed in float64. average and moments that are not in use are bound empty.
// An invocation computes ITEMS elements, WORKGROUP_SIZE apart. No workgroup memory.

alias T = vec4<f32>;
const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 4;
const CLIP_VALUE: bool = false;
const EMA: bool = false;
struct Params { size: u32 }
struct Hyper { scale: f32, clip_value: f32, l2: f32, decay: f32, ema_gain: f32, overwrite: f32, rule: Rule }
@group(0) @binding(0) var<uniform> params: Params;
// update(gradient, hyper) -> weight, average, moments
@group(0) @binding(1) var<storage, read> gradient: array<T>;
@group(0) @binding(2) var<storage, read> hyper: Hyper;
@group(0) @binding(3) var<storage, read_write> weight: array<T>;
@group(0) @binding(4) var<storage, read_write> average: array<T>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn update(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * WORKGROUP_SIZE * ITEMS + local;
  for (var i = first; i < min(first + WORKGROUP_SIZE * ITEMS, params.size); i += WORKGROUP_SIZE) {
    let old = weight[i];
    var g = hyper.scale * gradient[i];
    if (CLIP_VALUE) { g = clamp(g, T(-hyper.clip_value), T(hyper.clip_value)); }
    var w = updated(i, old - hyper.decay * old, g + hyper.l2 * old);
    if (EMA) {
      let a = average[i] + hyper.ema_gain * (w - average[i]);
      average[i] = a;
      w = select(w, a, hyper.overwrite != 0.0);
    }
    weight[i] = w;
  }
}
