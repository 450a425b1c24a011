import { refuseCapture } from '../../core/capture.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';

/** The stream that an operation draws from: the given one, or a new one, which a captured step cannot draw again. */
export function streamOf({ device }: Tensor, op: string, stream?: number): number {
  if (stream !== undefined) return stream;
  refuseCapture(device, `its ${op} draws from a new stream in every call; set the option \`stream\``);
  return device.random.nextStream();
}
