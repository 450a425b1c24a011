import { mkdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { parseTar } from 'nanotar';
import { removeUnfinished, writeAtomically } from '../../../io/files.ts';
import { cacheFolder } from './cacheFolder.ts';

const PACKAGE = '@sparticuz/chromium';
const VULKAN_LOADER = 'libvulkan.so.1';
const DRIVER = 'libvk_swiftshader.so';
/** The file from which a Vulkan loader finds a driver. */
const MANIFEST = 'vk_swiftshader_icd.json';
const RTLD_NODELETE = 0x1000;

/**
 * Makes SwiftShader, a software GPU shipped in the npm package @sparticuz/chromium, available to Dawn. It is unpacked
 * once into the user's cache folder.
 *
 * Dawn loads a library by the name of the Vulkan loader. A driver has a loader's functions, so SwiftShader can be
 * loaded under that name without an environment variable; in a worker thread `process.env` is a copy that native code
 * does not see. If the system has a loader, the name is taken, and an environment variable points to the driver.
 * @throws Error if the package is missing or this is not Linux on x64.
 */
export async function useSoftwareGpu(): Promise<void> {
  const found = await findPackage();
  const isNameTaken = hasVulkanLoader();
  const folder = join(await cacheFolder(), `swiftshader-${found.version}`);
  if (!(await isWhole(folder)) || !loadLibrary(join(folder, DRIVER))) {
    await unpack(found.archive, folder);
    if (!loadLibrary(join(folder, DRIVER))) throw new Error(`${join(folder, DRIVER)} can't be loaded`);
  }
  if (isNameTaken) process.env.VK_ICD_FILENAMES = join(folder, MANIFEST);
}

let systemLoader: boolean | undefined;

/**
 * Whether the system has a Vulkan loader; on Linux, Dawn complains without one. Checked before SwiftShader takes the
 * name.
 */
export function hasVulkanLoader(): boolean {
  systemLoader ??= process.platform !== 'linux' || loadLibrary(VULKAN_LOADER);
  return systemLoader;
}

/** Loads a shared library permanently. dlopen throws because the library is not a Node addon. */
function loadLibrary(file: string): boolean {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    return String(error).includes('did not self-register');
  }
  return true;
}

/** Whether the driver is complete as unpacked; the process would crash if part of it were missing. */
async function isWhole(folder: string): Promise<boolean> {
  try {
    const { size }: { size?: unknown } = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
    return size === (await stat(join(folder, DRIVER))).size;
  } catch {
    return false;
  }
}

async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeUnfinished(folder);
  const files = parseTar(await promisify(brotliDecompress)(await readFile(archive)));
  const { data } = files.find(({ name }) => name === DRIVER) ?? {};
  if (data === undefined) throw new Error(`${archive} has no ${DRIVER}`);
  const driver = Buffer.from(data);
  // Renames the driver in its table of zero-terminated strings, which the dynamic linker reads.
  const name = driver.indexOf(`${DRIVER}\0`);
  if (name >= 0) driver.fill(0, name, name + DRIVER.length).write(VULKAN_LOADER, name);
  await writeAtomically(join(folder, DRIVER), driver);
  const manifest = {
    file_format_version: '1.0.0',
    ICD: { library_path: `./${DRIVER}`, api_version: '1.0.5' },
    size: driver.length,
  };
  await writeAtomically(join(folder, MANIFEST), JSON.stringify(manifest)); // written last: it marks the driver as complete
}

async function findPackage(): Promise<{ archive: string; version: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the software GPU needs Linux on x64; this is ${process.platform} on ${process.arch}`);
  }
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    throw new Error(`the optional package ${PACKAGE} is not installed (npm install ${PACKAGE}@143)`);
  }
  const root = entry.slice(0, entry.lastIndexOf(PACKAGE) + PACKAGE.length);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { archive: join(root, 'bin', 'swiftshader.tar.br'), version };
}
