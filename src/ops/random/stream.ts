import { refuseCapture } from '../../core/capture.ts';
import type { Tensor } from '../../core/tensor.ts';

/** The stream that an operation draws from: the given one, or one of its own, which a captured step would not draw anew. */
export function streamOf({ device }: Tensor, op: string, stream?: number): number {
  if (stream !== undefined) return stream;
  refuseCapture(device, `its ${op} draws from a new stream in every call; give it the option \`stream\``);
  return device.random.nextStream();
}
