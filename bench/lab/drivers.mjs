// Finds the Vulkan driver of an NVIDIA GPU where the system's loader would not look: containers keep it in odd places.
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where drivers are described, and where their libraries lie. */
const MANIFEST_ROOTS = ['/usr/share', '/etc', '/usr/local', '/opt', '/run/opengl-driver', '/var/lib', '/usr/lib'];
const LIBRARY_ROOTS = ['/usr/lib', '/usr/lib64', '/usr/local', '/run/opengl-driver', '/opt', '/var/lib'];
const DEEPEST = 6;

const MANIFEST = /^nvidia.*icd.*\.json$/i;
/** Either library is a Vulkan driver; the second does without X. */
const LIBRARY = /^lib(GLX|EGL)_nvidia\.so\.0$/;

/** The files under a folder whose name matches, links to folders left aside. */
async function* findFiles(folder, name, depth = 0) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < DEEPEST) yield* findFiles(path, name, depth + 1);
    else if (name.test(entry.name)) yield path;
  }
}

async function collect(roots, name) {
  const found = new Set();
  for (const root of roots) for await (const path of findFiles(root, name)) found.add(path);
  return [...found];
}

/**
 * Environments under which Vulkan may find an NVIDIA GPU, the likeliest first: the manifests that are installed, then
 * ones written to `folder` for libraries that have none.
 */
export async function nvidiaEnvironments(folder) {
  const libraries = await collect(LIBRARY_ROOTS, LIBRARY);
  const libraryFolders = [...new Set(libraries.map(dirname))];
  const manifests = (await collect(MANIFEST_ROOTS, MANIFEST)).filter((path) => path.includes('vulkan/icd.d'));
  await mkdir(folder, { recursive: true });
  for (const library of libraries) {
    const manifest = join(folder, `${basename(library)}-${manifests.length}.json`);
    const ICD = { library_path: library, api_version: '1.3.275' };
    await writeFile(manifest, JSON.stringify({ file_format_version: '1.0.1', ICD }));
    manifests.push(manifest);
  }
  return manifests.map((manifest) => ({ manifest, libraryFolders }));
}

/** The machine's Python, if it has one; PATH may be empty. */
export const pythons = () =>
  [...(process.env.PATH ?? '').split(':'), '/usr/bin', '/usr/local/bin', '/opt/conda/bin', '/opt/venv/bin']
    .filter(Boolean)
    .map((folder) => join(folder, 'python3'))
    .filter((path) => existsSync(path));
