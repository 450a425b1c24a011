/** The four facts that every error of the engine carries, in the caller's words. */
export interface Fault {
  readonly op: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

/** The most characters of a text from a file or a caller that a message shows. */
const MOST = 200;
/** The limit for lists of known names, which are longer. */
const MOST_EXPECTED = 1000;

/** Makes a text from elsewhere safe to show on one line of a terminal: escapes control characters. */
export function escapeText(text: string, most = MOST): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An error of the engine with its facts as fields. */
export class FaultError extends Error {
  readonly fault: Fault;
  constructor({ op, got, expected, fix }: Fault) {
    const fault = {
      op: escapeText(op),
      got: escapeText(got, 2 * MOST),
      expected: escapeText(expected, MOST_EXPECTED),
      fix: escapeText(fix, MOST_EXPECTED),
    };
    super(`${fault.op}: got ${fault.got}; expected ${fault.expected}. ${fault.fix}`);
    this.fault = fault;
  }
}

/** Runs `body`; an error in its arguments also names `place`, where they came from. */
export function withErrorContext<R>(place: string, body: () => R): R {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const Same = error.constructor as new (fault: Fault) => FaultError; // each class takes only a fault
    throw new Same({ ...error.fault, op: `${place}, ${error.fault.op}` });
  }
}

/** A shape that an operation or layer cannot take. */
export class ShapeError extends FaultError {
  override readonly name = 'ShapeError';
}

/** A dtype that an operation cannot take. */
export class DTypeError extends FaultError {
  override readonly name = 'DTypeError';
}

/** An invalid value: an option or label out of range, a number that is NaN, a damaged file. */
export class ValueError extends FaultError {
  override readonly name = 'ValueError';
}

/** The use of a freed tensor. */
export class DisposedError extends FaultError {
  override readonly name = 'DisposedError';
}

/** No device, a lost device, or an error that the GPU driver reported. */
export class DeviceError extends Error {
  override readonly name: string = 'DeviceError';
  /** `unavailable`: there is no device; `lost`: it stopped working; `memory`: it ran out; `validation`: other errors. */
  readonly reason: 'unavailable' | 'lost' | 'memory' | 'validation';
  constructor(reason: DeviceError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A shader that the driver rejected; the message names file and line. */
export class ShaderError extends DeviceError {
  override readonly name = 'ShaderError';
  readonly file: string;
  readonly line: number;
  constructor(file: string, line: number, message: string) {
    super('validation', `${file}:${line}: ${message}`);
    this.file = file;
    this.line = line;
  }
}

/** The reason why a step cannot be captured; `compile` then runs it uncaptured. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}
