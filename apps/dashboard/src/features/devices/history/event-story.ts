import type { DeviceEventView, Rejection } from '@flotilla/contracts'
import type { Tone } from '../../../components/status-badge.js'
import { serviceTone } from '../device-status.js'
import { sentenceCase, shortPlatform } from '../../../format/text.js'
import { seenServices } from './seen-services.js'

/** A sentence in pieces: text, and releases that become links. */
export type StoryPart = string | { release: string; version?: string }

export interface EventStory {
  tone: Tone
  text: StoryPart[]
  /** More words below the sentence: a reason, an error. */
  note?: string
  /** What the device saw of the services that it is about. */
  seen?: Rejection['services']
}

type Detail = DeviceEventView['detail']
type Telling = (detail: Detail) => EventStory

/** Tells an event of a device's history to a person. Kinds of a newer server or supervisor get their name in plain words. */
export function eventStory({ kind, detail }: Pick<DeviceEventView, 'kind' | 'detail'>): EventStory {
  const telling = Object.hasOwn(TELLINGS, kind) ? TELLINGS[kind] : undefined
  return telling ? telling(detail) : { tone: 'idle', text: [sentenceCase(kind)], note: leftOver(detail) }
}

const TELLINGS: Record<string, Telling> = {
  registered: (d) =>
    text(d, 'platform') === undefined
      ? { tone: 'good', text: ['The supervisor registered with the server'] }
      : {
          tone: 'good',
          text: [`A board joined as this device (${shortPlatform(text(d, 'platform') ?? '')})`],
          note: board(d),
        },
  'platform-changed': (d) => ({
    tone: 'busy',
    text: [
      `The board changed from ${shortPlatform(text(d, 'from') ?? 'another platform')} to ${shortPlatform(text(d, 'to') ?? 'this one')}`,
    ],
  }),
  renamed: (d) => ({ tone: 'idle', text: [`Renamed from ${text(d, 'from') ?? '?'} to ${text(d, 'to') ?? '?'}`] }),
  moved: (d) => ({ tone: 'busy', text: [`Moved from ${text(d, 'from') ?? '?'} to ${text(d, 'to') ?? '?'}`] }),
  pinned: (d) => ({ tone: 'idle', text: ['Pinned to ', release(d, 'releaseId')] }),
  unpinned: (d) => ({
    tone: 'idle',
    text: ['No longer pinned to ', release(d, 'releaseId'), '; follows the fleet again'],
  }),
  deleted: () => ({ tone: 'bad', text: ['Removed'] }),
  'target-release-changed': targetChanged,
  'variable-set': (d) => ({ tone: 'idle', text: [`${variable(d)} was set`] }),
  'variable-removed': (d) => ({ tone: 'idle', text: [`${variable(d)} was removed`] }),
  'activity-changed': (d) => activityChanged(text(d, 'to') ?? '', text(d, 'explanation')),
  'running-release-changed': (d) => runningChanged(d),
  'service-changed': serviceChanged,
  'supervisor-started': (d) => ({
    tone: 'idle',
    text: [`The supervisor started (version ${text(d, 'version') ?? 'unknown'})`],
  }),
  'supervisor-replaced': (d) => ({
    tone: 'good',
    text: [`Version ${text(d, 'version') ?? 'unknown'} of the supervisor has taken over`],
  }),
  'supervisor-returned': (d) => ({
    tone: 'bad',
    text: [`Went back to version ${text(d, 'version') ?? 'unknown'} of the supervisor`],
    note: [text(d, 'name'), text(d, 'reason')].filter(Boolean).join(': '),
  }),
  'target-accepted': targetAccepted,
  'target-refused': (d) => ({ tone: 'bad', text: ['Refused the target that was sent'], note: text(d, 'reason') }),
  'bundle-applied': (d) => ({
    tone: 'good',
    text: ['Runs ', release(d, 'releaseId', text(d, 'release')), `, which came ${bundleWay(d)}`],
    note: text(d, 'name'),
  }),
  'bundle-refused': (d) => ({
    tone: 'bad',
    text: [`Refused the bundle that came ${bundleWay(d)}`],
    note: [text(d, 'name'), text(d, 'reason')].filter(Boolean).join(': '),
  }),
  'release-running': (d) => ({
    tone: 'good',
    text: ['All services of ', named(d), ' run'],
  }),
  'trial-started': (d) => ({ tone: 'busy', text: ['Began to try ', named(d)] }),
  'release-confirmed': (d) => ({ tone: 'good', text: ['Was well with ', named(d), ', and returns to it from now on'] }),
  'release-rejected': (d) => ({
    tone: 'bad',
    text: ['Gave up ', named(d)],
    note: text(d, 'reason'),
    seen: seenServices(d.services),
  }),
  'release-failing': (d) => ({
    tone: 'bad',
    text: ['Fails with ', named(d), ', and has none to go back to'],
    note: text(d, 'reason'),
    seen: seenServices(d.services),
  }),
  'rolled-back': (d) => ({ tone: 'warn', text: ['Went back to ', named(d)] }),
  'step-done': (d) => ({ tone: 'good', text: [`${done(d)}${seconds(d)}`], note: text(d, 'reason') }),
  'step-failed': stepFailed,
}

function targetChanged(d: Detail): EventStory {
  const why: Record<string, string> = {
    fleet: ', the fleet’s new release',
    'fleet-pinned': ', to which the fleet is pinned',
    moved: ' by moving it',
    pinned: ' by pinning it',
    unpinned: ' by following the fleet again',
  }
  const reason = why[text(d, 'by') ?? ''] ?? ''
  if (text(d, 'to') === undefined) return { tone: 'idle', text: [`It should run nothing any more${reason}`] }
  return { tone: 'busy', text: ['It should run ', release(d, 'to'), reason] }
}

function bundleWay(d: Detail): string {
  const known: Record<string, string> = {
    usb: 'on a USB stick',
    folder: 'in a folder of the board',
    'local-api': 'over its local API',
    lan: 'over the local network',
  }
  return known[text(d, 'way') ?? ''] ?? 'as a bundle'
}

function targetAccepted(d: Detail): EventStory {
  const releases = Array.isArray(d.releases) ? d.releases : []
  const parts = releases.flatMap((one): StoryPart[] => {
    const named = typeof one === 'object' && one !== null && !Array.isArray(one) ? one : {}
    return [' ', release(named, 'releaseId', text(named, 'version'))]
  })
  const generation = typeof d.generation === 'number' ? `Generation ${d.generation}` : undefined
  if (parts.length === 0) return { tone: 'idle', text: ['Took a target with nothing to run'], note: generation }
  return { tone: 'busy', text: ['Took the target with', ...parts], note: generation }
}

function activityChanged(to: string, explanation: string | undefined): EventStory {
  const known: Record<string, { tone: Tone; text: string }> = {
    settled: { tone: 'good', text: 'Everything runs as it should' },
    updating: { tone: 'busy', text: 'Began to update' },
    waiting: { tone: 'warn', text: 'Waits' },
    failing: { tone: 'bad', text: 'A step fails and is tried again' },
  }
  const story = known[to] ?? { tone: 'idle' as const, text: `Activity: ${to}` }
  return { tone: story.tone, text: [story.text], note: explanation }
}

function runningChanged(d: Detail): EventStory {
  if (text(d, 'to') === undefined) return { tone: 'warn', text: ['No release runs whole any more'] }
  return { tone: 'good', text: ['Runs ', release(d, 'to', text(d, 'version'))] }
}

function serviceChanged(d: Detail): EventStory {
  const service = text(d, 'service') ?? 'A service'
  const to = text(d, 'to')
  const exit = typeof d.exitCode === 'number' ? d.exitCode : undefined
  if (to === undefined) return { tone: 'idle', text: [`${service} is gone`], note: text(d, 'error') }
  const [status = '', health] = to.split(', ')
  const isBad = status === 'dead' || health === 'unhealthy' || (status === 'exited' && exit !== undefined && exit !== 0)
  const end = exit === undefined ? '' : ` with exit code ${exit}`
  const sentence = status === 'exited' ? `${service} exited${end}` : `${service} is ${to}`
  return { tone: isBad ? 'bad' : serviceTone(status), text: [sentence], note: text(d, 'error') }
}

function stepFailed(d: Detail): EventStory {
  const times = typeof d.count === 'number' && d.count > 1 ? `, ${d.count} times now` : ''
  const end = d.isFinal === true ? '; not tried again until the target changes' : ''
  return { tone: 'bad', text: [`Could not ${infinitive(d)}${times}${end}`], note: text(d, 'error') }
}

interface StepWords {
  done: string
  infinitive: string
  // The member of the detail that names what was done to; absent: the words say it.
  of?: 'services' | 'service' | 'name' | 'image'
}

const STEPS: Record<string, StepWords> = {
  'begin-switch': { done: 'Began the switch to the new release', infinitive: 'begin the switch to the new release' },
  'pull-image': { done: 'Downloaded the image of', infinitive: 'download the image of', of: 'services' },
  'create-network': { done: 'Created the network', infinitive: 'create the network', of: 'name' },
  'remove-network': { done: 'Removed the network', infinitive: 'remove the network', of: 'name' },
  'create-volume': { done: 'Created the volume', infinitive: 'create the volume', of: 'name' },
  'create-container': { done: 'Created', infinitive: 'create', of: 'service' },
  'start-container': { done: 'Started', infinitive: 'start', of: 'service' },
  'stop-container': { done: 'Stopped', infinitive: 'stop', of: 'service' },
  'remove-container': {
    done: 'Removed the former container of',
    infinitive: 'remove the former container of',
    of: 'service',
  },
  'remove-image': { done: 'Removed the unused image', infinitive: 'remove the unused image', of: 'image' },
}

function done(d: Detail): string {
  const step = STEPS[text(d, 'step') ?? '']
  return step ? step.done + subject(d, step) : `Did ${(text(d, 'step') ?? 'a step').replaceAll('-', ' ')}`
}

function infinitive(d: Detail): string {
  const step = STEPS[text(d, 'step') ?? '']
  return step ? step.infinitive + subject(d, step) : `do ${(text(d, 'step') ?? 'a step').replaceAll('-', ' ')}`
}

function subject(d: Detail, { of: member }: StepWords): string {
  if (member === undefined) return ''
  const value = d[member]
  if (Array.isArray(value)) return ` ${value.filter((one) => typeof one === 'string').join(', ')}`
  return typeof value === 'string' ? ` ${shortened(value)}` : ' ?'
}

// An image reference with its whole digest says no more to a person than its beginning.
function shortened(name: string): string {
  return name.replace(/@sha256:([0-9a-f]{12})[0-9a-f]+$/, '@$1')
}

function seconds(d: Detail): string {
  return typeof d.seconds === 'number' && d.seconds >= 1 ? ` in ${Math.round(d.seconds)} s` : ''
}

function variable(d: Detail): string {
  const place = text(d, 'level') === 'fleet' ? ' of the fleet' : ''
  const service = text(d, 'service') === undefined ? '' : ` for ${text(d, 'service')}`
  const noun = text(d, 'kind') === 'config' ? 'Config variable' : 'Variable'
  return `${noun} ${text(d, 'name') ?? '?'}${service}${place}`
}

function board(d: Detail): string | undefined {
  const uuid = text(d, 'uuid')
  return uuid === undefined ? undefined : `Board ${uuid}`
}

function release(d: Detail, member: string, version?: string): StoryPart {
  const id = text(d, member)
  return id === undefined ? 'an unknown release' : { release: id, ...(version !== undefined && { version }) }
}

function named(d: Detail): StoryPart {
  return release(d, 'releaseId', text(d, 'version'))
}

function text(d: Detail, member: string): string | undefined {
  const value = d[member]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What the detail of an unknown event says, in one line. */
function leftOver(d: Detail): string | undefined {
  const parts = Object.entries(d).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return parts.length > 0 ? parts.join(' · ') : undefined
}
