import shader from '../../shaders/optim/clip.wgsl';
import { CpuDevice } from '../cpu.ts';
import { commonDevice, type Device } from '../device.ts';
import type { Kernel } from '../kernel.ts';
import { runner } from '../op.ts';
import { clip } from '../ops/unary.ts';
import { checkValues } from '../options.ts';
import { clipByNorm } from '../reference/optim.ts';
import { emptyOn, keep, Tensor } from '../tensor.ts';
import { Arena, LANES, type Layout, layoutOf } from './arena.ts';
import { CLIPS, checkClips, checksOf, type OptimizerOptions } from './options.ts';

export type ClipOptions = Pick<OptimizerOptions, 'clipNorm' | 'globalClipNorm' | 'clipValue'>;

/** Elements that one workgroup adds up. */
const CHUNK = 4096;
const kernel: Kernel = { name: 'clip', sources: [shader] };

/** Clips an arena of gradients by norm, in place and in two dispatches, whatever the number of parameters. */
export class NormClip {
  readonly #groups: readonly (readonly [start: number, end: number])[];
  readonly #chunks: Tensor;
  readonly #sums: Tensor;
  readonly #maxNorm: number;

  /** One norm per tensor, or one for all `together`. */
  constructor(
    device: Device,
    { starts, lengths, total }: Layout,
    { together, maxNorm }: { together: boolean; maxNorm: number },
  ) {
    this.#maxNorm = maxNorm;
    this.#groups = together ? [[0, total]] : starts.map((start, i) => [start, start + lengths[i]]);
    const rows: number[] = [];
    let count = 0;
    for (const [start, end] of this.#groups) {
      const first = count;
      count += Math.ceil((end - start) / CHUNK);
      for (let at = start; at < end; at += CHUNK) {
        rows.push(at / LANES, Math.min(at + CHUNK, end) / LANES, first, count);
      }
    }
    this.#chunks = keep(new Tensor(device, device.upload(Int32Array.from(rows), 'i32'), [count, 4], 'i32'));
    this.#sums = keep(emptyOn(device, [count]));
  }

  apply(gradient: Tensor): void {
    const { device } = gradient;
    if (device instanceof CpuDevice) {
      clipByNorm(device.view(gradient).data, this.#groups, this.#maxNorm);
      return;
    }
    const run = runner(kernel, device);
    const count = this.#sums.size;
    const options = { params: { count, max_norm: this.#maxNorm }, grid: { workgroups: count } };
    run.into('sums', [gradient, this.#chunks], [this.#sums], options);
    run.into('scale', [this.#sums, this.#chunks], [gradient], options);
  }

  dispose(): void {
    this.#chunks.dispose();
    this.#sums.dispose();
  }
}

/**
 * Clips gradients as the optimizers do, for training loops that need them between: by value
 * `min(max(g, -clipValue), clipValue)`, or by norm `g min(1, c / |g|)`, one norm each (`clipNorm`) or one for all
 * (`globalClipNorm`). PyTorch divides by `|g| + 1e-6`.
 * @returns new tensors, in order. @throws ValueError for a limit that is not above 0, or more than one.
 * @see Pascanu et al. (2013), "On the difficulty of training recurrent neural networks".
 */
export function clipGradients(gradients: readonly Tensor[], options: ClipOptions): Tensor[] {
  checkValues('clipGradients', options, checksOf(CLIPS));
  checkClips('clipGradients', options);
  const { clipNorm, globalClipNorm, clipValue } = options;
  if (clipValue !== undefined) return gradients.map((g) => clip(g, -clipValue, clipValue));
  const maxNorm = clipNorm ?? globalClipNorm;
  if (maxNorm === undefined || gradients.length === 0) return gradients.map((g) => g.alias());
  const device = commonDevice('clipGradients', gradients);
  const layout = layoutOf(gradients);
  const arena = new Arena(device, layout);
  const normClip = new NormClip(device, layout, { together: clipNorm === undefined, maxNorm });
  arena.fill(gradients);
  normClip.apply(arena.whole);
  const clipped = arena.parts.map((part) => part.alias());
  arena.dispose();
  normClip.dispose();
  return clipped;
}
