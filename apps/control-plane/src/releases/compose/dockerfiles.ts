import { posix } from 'node:path'
import type { Platform } from '@flotilla/contracts'
import { kindAt, type SourceTree } from './source-tree.js'

/**
 * A Dockerfile for one platform is called Dockerfile.<platform> with hyphens for slashes (Dockerfile.linux-arm64),
 * or by the short names of its architecture, the last of which are balena's.
 */
const SUFFIXES: Record<Platform, readonly string[]> = {
  'linux/amd64': ['linux-amd64', 'amd64'],
  'linux/arm64': ['linux-arm64', 'arm64', 'aarch64'],
  'linux/arm/v7': ['linux-arm-v7', 'arm-v7', 'armv7', 'armv7hf'],
  'linux/arm/v6': ['linux-arm-v6', 'arm-v6', 'armv6', 'rpi'],
}

/** The Dockerfile of a context for a platform, as a path in the context; undefined where there is none. */
export function findDockerfile(tree: SourceTree, context: string, platform: Platform): string | undefined {
  const names = [...SUFFIXES[platform].map((suffix) => `Dockerfile.${suffix}`), 'Dockerfile']
  return names.find((name) => isFile(tree, posix.join(context, name)))
}

/** Whether a context has a Dockerfile for any platform at all. */
export function hasDockerfile(tree: SourceTree, context: string): boolean {
  return (Object.keys(SUFFIXES) as Platform[]).some((platform) => findDockerfile(tree, context, platform) !== undefined)
}

export function isFile(tree: SourceTree, path: string): boolean {
  return kindAt(tree, path) === 'file'
}
