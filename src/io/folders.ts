import { ValueError } from '../core/errors.ts';

/** How files are written to and read from a folder, by name. */
export interface Folders {
  readonly write: (folder: string, files: object) => Promise<void>;
  readonly read: (folder: string, names: readonly string[]) => Promise<Record<string, Uint8Array>>;
}

let known: Folders | undefined;

/** Registers the platform's folders; a browser has none. */
export function setFolders(folders: Folders): void {
  known = folders;
}

/** The platform's folders. @throws ValueError that suggests an alternative if there are none. */
export function foldersFor(op: string, folder: string, instead: string): Folders {
  if (known !== undefined) return known;
  throw new ValueError({
    op,
    got: `the folder '${folder}' in a browser, or before init()`,
    expected: 'Node, after init()',
    fix: `In a browser: ${instead}.`,
  });
}
