import type { ReleaseView } from '@flotilla/contracts'

/** On how many devices a release is: `4 of 8 run it`. */
export function describeReach({ targeted, running }: ReleaseView['deviceCounts']): string {
  if (targeted > 0) return `${running.toLocaleString()} of ${targeted.toLocaleString()} run it`
  if (running > 0) return `${running.toLocaleString()} still ${running === 1 ? 'runs' : 'run'} it`
  return 'On no device'
}
