// One optimizer step, over arenas that hold all parameters, their gradients, moments and moving averages.
//   g = clip(scale * gradient + l1 * sign(w) + l2 * w) + coupled_decay * w
//                                            clips by value, if CLIP_VALUE; optim/clip.wgsl clips by norm
//   w = updated(i, w - decay * w, g, rule)   from optim/rules/<name>.wgsl, which keeps its moments (bindings 6 and up)
//   a = a + ema_gain * (w - a)               if EMA; then w = a in a step that overwrites
// Clipping by norm must include the gradient of the penalties: then `penalize` adds it beforehand, and update
// (PENALIZED) omits it.
// gradient, weight, average: [size] of T, contiguous; the padding between parameters has gradient 0 and stays 0.
// hyper: the hyperparameters of the step, computed in float64, per group of parameters. groups: the group of each BLOCK
// of vectors. Unused bindings get an empty buffer: average, moments, and groups if there is only one.

alias T = vec4<f32>;
alias V = T; // for special.wgsl, like I and B
alias I = vec4<i32>;
alias B = vec4<bool>;
const GROUPS: u32 = 1;
const BLOCK: u32 = 16; // in vectors; a parameter occupies whole blocks
const PENALIZED: bool = false;
const CLIP_VALUE: bool = false;
const EMA: bool = false;
struct Params { size: u32 }
struct Hyper {
  scale: f32, l1: f32, l2: f32, clip_value: f32, coupled_decay: f32, decay: f32, ema_gain: f32, overwrite: f32, rule: Rule,
}
@group(0) @binding(0) var<uniform> params: Params;
// update(hyper, groups, gradient) -> weight, average, moments; penalize(hyper, groups, weight) -> gradient
@group(0) @binding(1) var<storage, read> hyper: array<Hyper, GROUPS>;
@group(0) @binding(2) var<storage, read> groups: array<u32>;
@group(0) @binding(3) var<storage, read> gradient: array<T>;
@group(0) @binding(4) var<storage, read_write> weight: array<T>;
@group(0) @binding(5) var<storage, read_write> average: array<T>;
@group(0) @binding(3) var<storage, read> present: array<T>;
@group(0) @binding(4) var<storage, read_write> penalized: array<T>;

fn hyper_of(i: u32) -> Hyper {
  if (GROUPS == 1) { return hyper[0]; }
  return hyper[groups[i / BLOCK]];
}

fn penalty_gradient(w: T, h: Hyper) -> T { return h.l1 * sign(w) + h.l2 * w; } // NaN: h.l2 * w keeps it

fn update_element(i: u32) {
  let h = hyper_of(i);
  let old = weight[i];
  var g = h.scale * gradient[i];
  if (!PENALIZED) { g += penalty_gradient(old, h); }
  if (CLIP_VALUE) {
    let limit = T(h.clip_value);
    g = keep_nan(g, clamp(g, -limit, limit));
  }
  var w = updated(i, old - h.decay * old, g + h.coupled_decay * old, h.rule);
  if (EMA) {
    let a = average[i] + h.ema_gain * (w - average[i]);
    average[i] = a;
    w = select(w, a, h.overwrite != 0.0); // NaN: overwrite is 0 or 1
  }
  weight[i] = w;
}

fn penalize_element(i: u32) {
  let h = hyper_of(i);
  penalized[i] += penalty_gradient(present[i], h) / h.scale;
}
