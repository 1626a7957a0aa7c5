import type { KernelFiles } from '../kernel-files.js'

/** What no program could have any more is used; caches that would be given up are not. */
export function memory(files: KernelFiles): { memoryUsedBytes?: number; memoryTotalBytes?: number } {
  const text = files.text('proc/meminfo') ?? ''
  const total = kilobytes(text, 'MemTotal')
  const available = kilobytes(text, 'MemAvailable')
  return {
    memoryTotalBytes: total,
    memoryUsedBytes: total !== undefined && available !== undefined ? total - available : undefined,
  }
}

function kilobytes(text: string, name: string): number | undefined {
  const number = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]
  return number === undefined ? undefined : Number(number) * 1024
}
