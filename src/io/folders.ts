import { ValueError } from '../core/errors.ts';

/** How files get to a folder and from there, by their names. */
export interface Folders {
  readonly write: (folder: string, files: object) => Promise<void>;
  readonly read: (folder: string, names: readonly string[]) => Promise<Record<string, Uint8Array>>;
}

let known: Folders | undefined;

/** Says how; a browser has no folders. */
export function setFolders(folders: Folders): void {
  known = folders;
}

/** The folders of this platform. @throws ValueError, which says what to do without. */
export function foldersFor(op: string, folder: string, instead: string): Folders {
  if (known !== undefined) return known;
  throw new ValueError({
    op,
    got: `the folder '${folder}' in a browser, or before init()`,
    expected: 'Node, after init()',
    fix: `In a browser: ${instead}.`,
  });
}
