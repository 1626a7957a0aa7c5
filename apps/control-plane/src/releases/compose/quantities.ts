/** Durations and sizes as compose writes them. Undefined where the text is none. */

const MS_PER: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `1m30s`, `500ms` → milliseconds, rounded up: a timeout never becomes none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (MS_PER[unit ?? ''] ?? 0)
  }
  return Number.isSafeInteger(Math.ceil(total)) ? Math.ceil(total) : undefined
}

/** `64m`, `1.5gb`, `4096` → bytes. Units are powers of 1024, as Docker reads them. */
export function parseBytes(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? []
  if (amount === undefined) return undefined
  const bytes = Math.floor(Number(amount) * 1024 ** ['', 'k', 'm', 'g', 't', 'p'].indexOf(unit.toLowerCase()))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** `80`, `3000-3005` → [first, last]. */
export function parsePortRange(text: string): [number, number] | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last)]
  return first !== undefined && from >= 1 && from <= to && to <= 65535 ? [from, to] : undefined
}
