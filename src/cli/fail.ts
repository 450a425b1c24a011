import { DeviceError } from '../core/errors.ts';

/** Whether an error is not a bug: an error of the engine or of the system (a folder that can't be written). */
const isExpected = (error: unknown): error is Error =>
  error instanceof Error && ('fault' in error || error instanceof DeviceError || 'syscall' in error);

/** Prints an expected error as one line, a bug with its stack, and sets the exit code to 1. */
export function fail(error: unknown): void {
  console.error(isExpected(error) ? `error: ${error.message}` : error);
  process.exitCode = 1;
}
