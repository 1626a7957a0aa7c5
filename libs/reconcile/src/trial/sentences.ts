import type { CurrentContainer } from '../current-state.js'
import type { WatchedRestarts } from '../memory.js'

/*
 * Why a release is given up, in words that a person understands without knowing what an exit code is for.
 */

export function crashSentence(service: string, { count, exitCode, oomKilled }: WatchedRestarts, ms: number): string {
  return `${service} ${endText({ exitCode, oomKilled })}, ${times(count)} within ${durationText(ms)}.`
}

export function lateRestartSentence(service: string, restarts: WatchedRestarts, agoMs: number): string {
  return `${service} ${endText(restarts)} and was restarted ${durationText(agoMs)} before it would have been confirmed.`
}

export function exitSentence(service: string, { exitCode, oomKilled }: CurrentContainer): string {
  return `${service} ${endText({ exitCode, oomKilled })}.`
}

export function startSentence(service: string, { count, error, isFinal }: FailedStart): string {
  const often = isFinal || count === 1 ? '' : `, ${times(count)}`
  return `${service} could not be started${often}: ${error}.`.replace(/\.\.$/, '.')
}

export function snapshotSentence({ error }: FailedStart): string {
  return `The data could not be saved before the switch: ${error}.`.replace(/\.\.$/, '.')
}

interface FailedStart {
  count: number
  error: string
  isFinal?: boolean
}

/** `12 seconds`, `31 minutes` */
export function durationText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds === 1) return '1 second'
  if (seconds < 120) return `${seconds} seconds`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}

/** `once`, `three times` */
export function times(count: number): string {
  const words = ['never', 'once', 'twice', 'three times', 'four times', 'five times']
  return words[count] ?? `${count} times`
}

function endText({ exitCode, oomKilled }: { exitCode?: number; oomKilled?: boolean }): string {
  if (oomKilled) return 'was killed because it ran out of memory'
  if (exitCode === undefined) return 'ended'
  return exitCode === 0 ? 'ended by itself (exit code 0)' : `ended with exit code ${exitCode}`
}
