// Times of the tiled matmul kernels by GPU vendor, written by bench/lab/choose.mjs from measurements of
//   nvidia: nvidia-h200, NVIDIA: 580.159.04 580.159.4.0, 2026-11-27

export const tileTimes = {
  nvidia: {
    tiled128: { latency: 1.03, rate: 36.8e6 },
    tiled128x64: { latency: 1.31, rate: 30.8e6 },
    tiled64: { latency: 0.918, rate: 29.9e6 },
    tiled32: { latency: 0.945, rate: 20.4e6 },
    tiled16x64: { latency: 1, rate: 21.6e6 },
    tiled64x16: { latency: 1, rate: 20.4e6 },
  },
};
