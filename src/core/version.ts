/** The version of the package, which checkpoints record. */
export const version = '0.1.0';
