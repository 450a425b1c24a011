import { DeviceError } from '../core/errors.ts';

/** Errors that tell their reader what to do: those of the engine, and the system's (a folder that can't be written). */
const isExpected = (error: unknown): error is Error =>
  error instanceof Error && ('fault' in error || error instanceof DeviceError || 'syscall' in error);

/** Says what went wrong, in a line; with its stack only if it is a bug. The exit code becomes 1. */
export function fail(error: unknown): void {
  console.error(isExpected(error) ? `error: ${error.message}` : error);
  process.exitCode = 1;
}
