// A random permutation, computed position by position: order_i = first + permute(i), i < count.
// permute is a Feistel network over 2 * half bits, repeated while its result is count or more. Whatever the round
// function, it returns every number below count exactly once.
// order: [count]. Source: Black and Rogaway (2002), "Ciphers with arbitrary finite domains" (cycle walking).

const WORKGROUP_SIZE: u32 = 64;
struct Params {
  count: u32, first: u32, half: u32,
  key0: u32, key1: u32, key2: u32, key3: u32, key4: u32, key5: u32, key6: u32, key7: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> order: array<u32>;

// Scrambles 32 bits, with the constants of MurmurHash3's finalizer.
fn mix(bits: u32) -> u32 {
  var h = bits * 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  return h ^ (h >> 16);
}

// One Feistel round: xors one half with a function of the other, and swaps the halves.
fn turn(v: vec2<u32>, key: u32) -> vec2<u32> {
  return vec2<u32>(v.y, (v.x ^ mix(v.y ^ key)) & ((1u << params.half) - 1));
}

fn permute(i: u32) -> u32 {
  var v = vec2<u32>(i >> params.half, i & ((1u << params.half) - 1));
  v = turn(v, params.key0);
  v = turn(v, params.key1);
  v = turn(v, params.key2);
  v = turn(v, params.key3);
  v = turn(v, params.key4);
  v = turn(v, params.key5);
  v = turn(v, params.key6);
  v = turn(v, params.key7);
  return (v.x << params.half) | v.y;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn shuffle(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let i = index_of(group) * WORKGROUP_SIZE + local;
  if (i >= params.count) { return; }
  var j = permute(i);
  while (j >= params.count) { j = permute(j); }
  order[i] = params.first + j;
}
