import type { TargetApp } from '@flotilla/contracts'
import type { Wait } from '../plan.js'

/** What every wait of a whole app says of whom it concerns. */
export function ofApp(app: TargetApp): Pick<Wait, 'subject' | 'appId'> {
  return { subject: `release ${app.release.version}`, appId: app.id }
}

/** `a`, `a and b`, `a, b and c` */
export function listText(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

/** In so coarse steps that a sentence with it does not change from round to round while a log grows. */
export function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e8 ? `${Math.round(bytes / 1e7) * 10} MB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
