// The gradients of an elementwise function of two tensors; joined to binary.wgsl, with dfa and dfb from
// binary/<name>.wgsl.
//   backward_a  da_i = dy_i * dfa(a_j, b_k, y_i)     in the broadcast shape, summed over broadcast axes afterwards
//   backward_b  db_i = dy_i * dfb(a_j, b_k, y_i)     both multiply by zero_wins of special.wgsl
// y, dy, da, db: [size], contiguous.

// backward_a(a, b, y, dy) -> da;  backward_b(a, b, y, dy) -> db
@group(0) @binding(3) var<storage, read> y_saved: array<T>;
@group(0) @binding(4) var<storage, read> dy: array<T>;
@group(0) @binding(5) var<storage, read_write> da: array<T>;
@group(0) @binding(5) var<storage, read_write> db: array<T>;

fn backward_a_element(i: u32) { da[i] = inside(i, zero_wins(dy[i], dfa(a_at(i), b_at(i), y_saved[i]))); }

fn backward_b_element(i: u32) { db[i] = inside(i, zero_wins(dy[i], dfb(a_at(i), b_at(i), y_saved[i]))); }
