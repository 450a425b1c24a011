interface Suite {
  (name: string, body: () => Promise<void> | void): void;
  skip(name: string, body: () => Promise<void> | void): void;
}

/** A test of signals to a program. Windows has none, so there it is skipped by name. */
export function onSignals(test: Suite, name: string, body: () => Promise<void> | void): void {
  if (process.platform !== 'win32') test(name, body);
  else {
    console.log(`skipped: ${name} (no signals)`);
    test.skip(name, body);
  }
}
