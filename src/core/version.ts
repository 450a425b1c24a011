/** That of the package: a checkpoint says which one made it. */
export const version = '0.1.0';
