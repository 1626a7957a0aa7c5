const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes in decimal units, as registries and disks count: `12.4 MB`. */
export function describeBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

/** Memory in binary units, as boards are sold: `512 MB`, `4 GB`. */
export function describeMemory(bytes: number): string {
  const megabytes = bytes / 1024 ** 2
  return megabytes < 1000 ? `${Math.round(megabytes)} MB` : `${Number((megabytes / 1024).toFixed(1))} GB`
}
