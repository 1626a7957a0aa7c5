import { describe, expect, it } from '@jest/globals'
import type { DeviceEventView } from '@flotilla/contracts'
import { eventStory } from './event-story.js'

const A = '11111111-1111-4111-8111-111111111111'

function told(kind: string, detail: DeviceEventView['detail'] = {}): string {
  const { text } = eventStory({ kind, detail })
  return text.map((part) => (typeof part === 'string' ? part : `<${part.version ?? part.release}>`)).join('')
}

describe('eventStory', () => {
  it.each<[string, DeviceEventView['detail'], string]>([
    ['registered', { uuid: 'aa', platform: 'linux/arm64' }, 'A board joined as this device (arm64)'],
    ['registered', { deviceId: A }, 'The supervisor registered with the server'],
    ['renamed', { from: 'roof', to: 'cellar' }, 'Renamed from roof to cellar'],
    ['moved', { from: 'acme/a', to: 'acme/b' }, 'Moved from acme/a to acme/b'],
    ['target-release-changed', { to: A, by: 'fleet' }, `It should run <${A}>, the fleet’s new release`],
    ['target-release-changed', { from: A, by: 'moved' }, 'It should run nothing any more by moving it'],
    ['variable-set', { level: 'fleet', kind: 'environment', name: 'TZ' }, 'Variable TZ of the fleet was set'],
    [
      'variable-removed',
      { level: 'device', kind: 'environment', name: 'TZ', service: 'web' },
      'Variable TZ for web was removed',
    ],
    [
      'bundle-applied',
      { releaseId: A, release: '1.4.0', way: 'usb', name: 'weather.flotilla' },
      'Runs <1.4.0>, which came on a USB stick',
    ],
    ['bundle-refused', { way: 'lan', reason: 'It is older.' }, 'Refused the bundle that came over the local network'],
    ['release-running', { releaseId: A, version: '1.4.0' }, 'All services of <1.4.0> run'],
    ['supervisor-replaced', { version: '1.1.0', former: '1.0.0-a' }, 'Version 1.1.0 of the supervisor has taken over'],
    [
      'supervisor-returned',
      { version: '1.0.0', name: '1.1.0-b', reason: 'it crashed' },
      'Went back to version 1.0.0 of the supervisor',
    ],
    ['target-accepted', { generation: 4, releases: [{ releaseId: A, version: '2' }] }, 'Took the target with <2>'],
    ['target-accepted', { generation: 4, releases: [] }, 'Took a target with nothing to run'],
    ['trial-started', { appId: A, releaseId: A, version: '1.4.0' }, 'Began to try <1.4.0>'],
    ['release-confirmed', { releaseId: A, version: '1.4.0' }, 'Was well with <1.4.0>, and returns to it from now on'],
    ['release-rejected', { releaseId: A, version: '1.4.0', reason: 'It crashed.' }, 'Gave up <1.4.0>'],
    ['release-failing', { releaseId: A, version: '1' }, 'Fails with <1>, and has none to go back to'],
    ['rolled-back', { releaseId: A, version: '1.3.9', fromVersion: '1.4.0' }, 'Went back to <1.3.9>'],
    ['step-done', { step: 'begin-switch', appId: A, seconds: 0 }, 'Began the switch to the new release'],
    [
      'step-done',
      { step: 'pull-image', services: ['web', 'db'], seconds: 12.4 },
      'Downloaded the image of web, db in 12 s',
    ],
    ['service-changed', { service: 'web', from: 'created', to: 'running, healthy' }, 'web is running, healthy'],
    ['service-changed', { service: 'web', to: 'exited', exitCode: 137 }, 'web exited with exit code 137'],
    ['service-changed', { service: 'web', from: 'running' }, 'web is gone'],
    ['step-done', { step: 'start-container', service: 'web', seconds: 0.2 }, 'Started web'],
    [
      'step-failed',
      { step: 'start-container', service: 'web', error: 'no such file', count: 3 },
      'Could not start web, 3 times now',
    ],
  ])('tells %s with %j', (kind, detail, sentence) => {
    expect(told(kind, detail)).toBe(sentence)
  })

  it('gives the reason of a failure below the sentence', () => {
    const story = eventStory({
      kind: 'step-failed',
      detail: { step: 'pull-image', services: ['web'], error: 'disk full' },
    })
    expect(story).toMatchObject({ tone: 'bad', note: 'disk full' })
  })

  it('has what the device saw of services, where it is as it should be', () => {
    const services = { web: { reason: 'web crashed.', exitCode: 1, lastLines: 'no such file' } }
    const seen = (detail: DeviceEventView['detail']) => eventStory({ kind: 'release-rejected', detail }).seen
    expect(seen({ reason: 'It crashed.', services })).toEqual(services)
    expect([seen({}), seen({ services: {} }), seen({ services: { web: 'crashed' } })]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('colours a service that went wrong, and none that just changed', () => {
    const tone = (to: string, exitCode?: number) =>
      eventStory({
        kind: 'service-changed',
        detail: { service: 'web', to, ...(exitCode !== undefined && { exitCode }) },
      }).tone
    expect([tone('exited', 1), tone('running, unhealthy'), tone('dead')]).toEqual(['bad', 'bad', 'bad'])
    expect([tone('exited', 0), tone('running'), tone('downloading')]).toEqual(['idle', 'good', 'busy'])
  })

  it('names a kind that it does not know in plain words, with what the event says', () => {
    expect(eventStory({ kind: 'fan-replaced', detail: { rpm: 900, by: 'ann' } })).toEqual({
      tone: 'idle',
      text: ['Fan replaced'],
      note: 'rpm: 900 · by: ann',
    })
    expect(told('constructor')).toBe('Constructor')
  })

  it('tells what it can of an event whose detail is not as expected', () => {
    expect(told('target-accepted', { releases: [null, 7, { releaseId: 3 }] })).toContain('an unknown release')
    expect(told('step-done', { step: ['x'] })).toBe('Did a step')
    expect(told('renamed', {})).toBe('Renamed from ? to ?')
  })
})
