import type { ServiceEvidence, ServiceState } from '@flotilla/contracts'
import type { Doing, GivenUp, Standing } from './device-watch.repository.js'
import { bytes, detail, duration, plural, problem } from './push-lines.js'

/*
 * What the pusher hears of devices that get a release: not each word that they say, and nothing twice. Pure.
 */

/** What was said last of a device, and when. */
export interface Said {
  text: string
  at: number
  // While it downloads: how many tenths it had then.
  tenths?: number
}

// Nobody reads faster.
const BETWEEN_LINES_MS = 3_000
// A download that is slow is still worth a line now and then.
const BETWEEN_SLOW_LINES_MS = 30_000
const MOST_LOG_LINES = 20
const MOST_SERVICES = 3
const LONGEST_LINE = 200

/** What there is to say of a device; undefined: nothing that was not said, or not yet. */
export function newsOf(doing: Doing, last: Said | undefined, now: number): Said | undefined {
  const sinceMs = last === undefined ? Infinity : now - last.at
  if (sinceMs < BETWEEN_LINES_MS) return undefined
  const download = downloadOf(doing)
  if (download !== undefined) {
    const isFurther = last?.tenths === undefined || download.tenths > last.tenths
    const isDue = sinceMs >= BETWEEN_SLOW_LINES_MS && download.text !== last?.text
    return isFurther || isDue ? { ...download, at: now } : undefined
  }
  const text = wordsOf(doing)
  // With other numbers in it a sentence is the same: a wait that gets shorter is no news.
  if (text === undefined || (last && withoutNumbers(last.text) === withoutNumbers(text))) return undefined
  return { text, at: now }
}

function downloadOf({ services }: Doing): { text: string; tenths: number } | undefined {
  const all = Object.values(services ?? {}).flatMap(({ status, download }) =>
    status === 'downloading' && download !== undefined ? [download] : [],
  )
  const needed = sum(all, 'neededBytes')
  if (needed === 0) return undefined
  const done = Math.min(sum(all, 'doneBytes'), needed)
  const rate = sum(all, 'bytesPerSecond')
  const percent = Math.floor((100 * done) / needed)
  const speed = rate === 0 ? '' : `, ${bytes(rate)}/s, about ${duration(((needed - done) / rate) * 1000)} left`
  const text = `downloads: ${bytes(done)} of ${bytes(needed)} (${percent} %)${speed}`
  return { text, tenths: Math.floor(percent / 10) }
}

function sum(
  all: readonly NonNullable<ServiceState['download']>[],
  part: 'neededBytes' | 'doneBytes' | 'bytesPerSecond',
) {
  return all.reduce((total, download) => total + (download[part] ?? 0), 0)
}

function wordsOf({ activity, explanation }: Doing): string | undefined {
  const first = readable(explanation ?? '').split('\n')[0] ?? ''
  if (activity === null || activity === 'settled') return undefined
  return first === '' ? (activity === 'failing' ? 'something fails' : undefined) : first
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '#')
}

/** How a fleet with more devices than anybody wants to read of stands. */
export function standingText({ online, running, updating, waiting, failing }: Standing): string {
  const parts = [
    ...(updating > 0 ? [`${updating} ${updating === 1 ? 'updates' : 'update'}`] : []),
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? 'waits' : 'wait'}`] : []),
    ...(failing > 0 ? [`${failing} ${failing === 1 ? 'fails' : 'fail'}`] : []),
  ]
  const rest = parts.length > 0 ? `; ${parts.join(', ')}` : ''
  return `${running} of ${plural(online, 'device')} online ${running === 1 ? 'runs' : 'run'} it${rest}`
}

/** `attic, cellar and 7 more: 9 of 12 devices online` */
export function runningText(names: readonly string[], count: number, online: number): string {
  const more = count > names.length ? ` and ${count - names.length} more` : ''
  // Also those that went off again run it.
  const all = Math.max(online, count)
  return `${names.join(', ')}${more}${all > 1 ? `: ${count} of ${all} devices online` : ''}`
}

/** Why a device gave a release up, with what it saw. */
export function givenUpLines({ device, rejection, isFinal, goesBackTo }: GivenUp): string[] {
  const { reason, services = {} } = rejection
  const then = isFinal
    ? `It goes back to ${goesBackTo ?? 'its last good release'}.`
    : 'It has no release to go back to, and tries this one again.'
  const seen = Object.entries(services).slice(0, MOST_SERVICES)
  return [
    problem(`${device} ${isFinal ? 'refuses it' : 'fails with it'}: ${readable(reason).replace(/\n/g, ' ')}`),
    ...seen.flatMap(([service, evidence]) => evidenceLines(service, evidence, reason)),
    problem(then),
  ]
}

function evidenceLines(service: string, evidence: ServiceEvidence, said: string): string[] {
  const { reason, oomKilled, healthOutput, lastLines } = evidence
  return [
    ...(said.includes(reason) ? [] : [problem(`${service}: ${readable(reason)}`)]),
    ...(oomKilled === true ? [problem(`${service} was killed for want of memory.`)] : []),
    ...(healthOutput ? [problem(`The health check of ${service} printed last:`), ...quote(healthOutput)] : []),
    ...(lastLines ? [problem(`The log of ${service} ends with:`), ...quote(lastLines)] : []),
  ]
}

function quote(text: string): string[] {
  const lines = readable(text).trimEnd().split('\n').slice(-MOST_LOG_LINES)
  return lines.map((line) => detail(`| ${line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line}`))
}

const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g
const CONTROL_CHARACTER = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g

/** Not every git keeps what comes from an app from moving the cursor of a pusher's terminal. */
function readable(text: string): string {
  return text.replace(ESCAPE_SEQUENCE, '').replace(CONTROL_CHARACTER, '')
}
