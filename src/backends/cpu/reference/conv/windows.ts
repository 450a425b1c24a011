/** One number for the height and one for the width. */
export type Pair = readonly [height: number, width: number];

/**
 * Windows that slide over images: along either axis, tap k of window o lies at `o * stride + k * dilation - before`.
 */
export interface Windows {
  /** The number of taps. */
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  /** Padding at the top and the left. */
  readonly before: Pair;
  /** Padding at the bottom and the right. */
  readonly after: Pair;
  /** The number of windows. */
  readonly count: Pair;
}

/** Calls `visit` with each window, each of its taps and the pixel there; skips taps in the padding. */
export function eachTap(
  { size, strides, dilation, before, count }: Windows,
  [height, width]: Pair,
  visit: (window: number, tap: number, pixel: number) => void,
): void {
  for (let row = 0; row < count[0]; row++) {
    for (let column = 0; column < count[1]; column++) {
      for (let i = 0; i < size[0]; i++) {
        for (let j = 0; j < size[1]; j++) {
          const y = row * strides[0] + i * dilation[0] - before[0];
          const x = column * strides[1] + j * dilation[1] - before[1];
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          visit(row * count[1] + column, i * size[1] + j, y * width + x);
        }
      }
    }
  }
}
