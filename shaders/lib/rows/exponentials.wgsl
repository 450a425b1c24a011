// The two numbers a softmax needs: the maximum of a row of x, and the sum of exp(x - maximum). Joined to rows.wgsl.

@group(0) @binding(1) var<storage, read> x: array<f32>;

struct Exponentials { largest: f32, sum: f32 }

fn exponentials_of(row: Row, local: u32) -> Exponentials {
  let start = row.start;
  var largest = x[start];
  for (var j = row.lane; j < row.end; j += LANES) { largest = max(largest, x[start + j * params.inner]); } // NaN: see rows.wgsl
  let m = row_max(largest, local);
  var sum = 0.0;
  for (var j = row.lane; j < row.end; j += LANES) { sum += exp_below(x[start + j * params.inner] - m); }
  return Exponentials(m, row_sum(sum, local));
}
