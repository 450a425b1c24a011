// Random words from a counter, by Philox 4x32-10: four for elements 4 block .. 4 block + 3 of a stream in a step.
// Source: Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3".

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
