import * as assert from 'uvu/assert';

/** Asserts that `body` rejects with a matching message; uvu's `throws` does not await. */
export async function rejects(body: () => Promise<unknown>, message: RegExp): Promise<void> {
  let got: unknown;
  try {
    got = await body();
  } catch (error) {
    assert.match(error instanceof Error ? error.message : String(error), message);
    return;
  }
  assert.unreachable(`expected an error that matches ${message}, got ${String(got)}`);
}

/** The warnings that `body` prints on the console. */
export async function warningsOf(body: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    await body();
  } finally {
    console.warn = warn;
  }
  return warnings;
}
