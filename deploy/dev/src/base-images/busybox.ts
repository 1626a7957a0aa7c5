import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../processes/run.js'

/** Platforms for which base images can be made, and what Debian calls their architecture. */
export const DEBIAN_ARCHITECTURES = {
  'linux/amd64': 'amd64',
  'linux/arm64': 'arm64',
  'linux/arm/v7': 'armhf',
} as const
export type BasePlatform = keyof typeof DEBIAN_ARCHITECTURES
export const BASE_PLATFORMS = Object.keys(DEBIAN_ARCHITECTURES) as BasePlatform[]

const NODE_ARCHITECTURES: Record<string, BasePlatform> = {
  x64: 'linux/amd64',
  arm64: 'linux/arm64',
  arm: 'linux/arm/v7',
}

/** The platform of this machine. */
export function ownPlatform(): BasePlatform {
  const platform = NODE_ARCHITECTURES[process.arch]
  if (!platform) throw new Error(`There is no base image for the architecture ${process.arch}.`)
  return platform
}

/** Writes the static busybox of a platform to `file`: this machine's own, else the one of Debian's package. */
export async function fetchBusybox(platform: BasePlatform, file: string): Promise<void> {
  const installed = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path) && isStatic(path))
  if (platform === ownPlatform() && installed) return copyFileSync(installed, file)
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-busybox-'))
  try {
    const debianPackage = await download('busybox-static', DEBIAN_ARCHITECTURES[platform], folder)
    await run('dpkg-deb', '--extract', debianPackage, join(folder, 'content'))
    const found = ['bin/busybox', 'usr/bin/busybox'].map((path) => join(folder, 'content', path)).find(existsSync)
    if (!found) throw new Error(`Debian's package busybox-static for ${platform} holds no busybox.`)
    copyFileSync(found, file)
  } catch (cause) {
    throw new Error(
      `Could not get a static busybox for ${platform} from Debian. Install the package busybox-static, or check the network.`,
      { cause },
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// With lists and cache of its own, so that the system's list of architectures and packages stays as it is.
async function download(name: string, architecture: string, folder: string): Promise<string> {
  for (const path of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, path), { recursive: true })
  const options = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::State::Status=/dev/null`,
    `Dir::Cache=${folder}`,
    // The download's own user could not write into our folder.
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=5',
  ].flatMap((option) => ['-o', option])
  // One list that cannot be had (a mirror that is being updated) does no harm where the package is in another.
  await run('apt-get', ...options, '--quiet', 'update').catch(() => undefined)
  const reinstall = ['--download-only', '--yes', '--no-install-recommends', 'install', name]
  await run('apt-get', ...options, '--quiet', '-o', `Dir::Cache::Archives=${join(folder, 'archives')}`, ...reinstall)
  const file = readdirSync(join(folder, 'archives')).find((entry) => entry.startsWith(`${name}_`))
  if (!file) throw new Error(`apt-get downloaded no ${name}.`)
  return join(folder, 'archives', file)
}

// An ELF program that needs no loader: it runs in an image that holds nothing else.
function isStatic(path: string): boolean {
  return !/\/ld-(linux|musl)[^\0]*\.so/.test(readFileSync(path).subarray(0, 4096).toString('latin1'))
}
