const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes in steps of a thousand, as disks and registries count them: "12.3 MB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

/** What a person writes for a number of bytes: 500000, 250kB, 1.5GB. Undefined: it is none. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit = 'B'] = /^(\d{1,12}(?:\.\d{1,3})?)\s*([kKMGT]?B)?$/.exec(text.trim()) ?? []
  if (number === undefined) return undefined
  return Math.round(Number(number) * 1000 ** UNITS.indexOf(unit.replace('K', 'k')))
}
