import { describe, expect, it } from '@jest/globals'
import { imageOf, targetOf, withPolicy, type AppInput } from '../testing/targets.js'
import { liveFor, remembering } from '../testing/trial-world.js'
import { confirmedDevice, planOf, reasonsOf, seeing, stepsOf } from '../testing/updates.js'
import { newDevice } from '../testing/world.js'

const one: AppInput = { release: 1, services: { web: {}, db: {} } }
const two: AppInput = { release: 2, services: { web: { version: 2 }, db: { version: 2 } } }
const device = confirmedDevice(one)
const bytes = (freeBytes: number) => ({ disk: { freeBytes } })

/** The next release, whose images say so much of themselves. */
function sized(sizes: { sizeBytes?: number; unpackedBytes?: number }) {
  const target = targetOf(two)
  const services = Object.entries(target.apps[0]!.services).map(([name, it]) => {
    const { repository, digest } = it.image
    return [name, { ...it, image: { repository, digest, ...sizes } }] as const
  })
  return { ...target, apps: [{ ...target.apps[0]!, services: Object.fromEntries(services) }] }
}

describe('the check of free space before a download', () => {
  it.each([
    [{ sizeBytes: 1e8, unpackedBytes: 2e8 }, 8e8],
    // What does not say grows to three times its size.
    [{ sizeBytes: 1e8 }, 1e9],
    [{ unpackedBytes: 2e8 }, 6e8],
  ])('counts what all images take while they are fetched: %j need %d with the reserve', (sizes, needed) => {
    expect(stepsOf(seeing(device, bytes(needed)), sized(sizes))).toEqual(['pull db', 'pull web'])
    expect(stepsOf(seeing(device, bytes(needed - 1)), sized(sizes))).toEqual([])
  })

  it('refuses with figures', () => {
    const target = sized({ sizeBytes: 1e8, unpackedBytes: 1.5e9 })
    expect(planOf(seeing(device, bytes(1e9)), target).waits[0]).toEqual({
      subject: 'release 2.0.0',
      appId: target.apps[0]!.id,
      for: 'space',
      reason:
        'Release 2.0.0 does not fit: with its downloads (db and web) 3.2 GB are needed and 200 MB must stay free, but only ' +
        '1.0 GB are free.',
    })
  })

  it('leaves free what the policy says', () => {
    const target = withPolicy(targetOf(two), { reserveBytes: 0 })
    expect(stepsOf(seeing(device, bytes(8_000_000)), target)).toEqual(['pull db', 'pull web'])
  })

  it('is left out where the disk or the images say nothing', () => {
    expect(stepsOf(device, targetOf(two))).toEqual(['pull db', 'pull web'])
    expect(stepsOf(seeing(device, bytes(0)), sized({}))).toEqual(['pull db', 'pull web'])
  })

  it('does not cut a download that runs', () => {
    const running = seeing(device, { ...bytes(0), downloading: [imageOf('web', 2), imageOf('db', 2)] })
    expect(reasonsOf(running, targetOf(two))).toEqual(['db waits for its image.', 'web waits for its image.'])
  })

  it('makes room first: images that nothing needs go, those of the last good release stay', () => {
    const cluttered = seeing(device, { ...bytes(0), images: [...device.engine.current.images, imageOf('old')] })
    expect(stepsOf(cluttered, targetOf(two))).toEqual(['remove-image old'])
    expect(liveFor(cluttered, targetOf(two), 5).trace).toEqual(['remove-image old'])
  })
})

describe('old images', () => {
  it('of the last good release stay until the next one is confirmed', () => {
    const target = withPolicy(targetOf(two), { confirmSeconds: 20 })
    const { world, trace } = liveFor(device, target, 15)
    expect(trace.at(-1)).toBe('start db, start web')
    expect(world.engine.current.images).toEqual(expect.arrayContaining([imageOf('web'), imageOf('db')]))
    expect(liveFor(world, target, 15).trace).toEqual(['remove-image db, remove-image web'])
  })
})

describe('a download window', () => {
  const target = withPolicy(targetOf(two), { downloadWindows: [{ from: '02:00', to: '04:00' }] })

  it('holds up an update’s downloads until it opens', () => {
    const waiting = seeing(device, { localTime: { timeZone: 'UTC' } })
    expect(planOf(waiting, target)).toMatchObject({ steps: [], waits: [{ for: 'download-window' }, {}, {}] })
    expect(reasonsOf(waiting, target)[0]).toBe(
      'The download of release 2.0.0 waits for its window, which opens at 02:00 (UTC).',
    )
    const open = { ...waiting, engine: { ...waiting.engine, clock: Date.parse('1970-01-01T02:00Z') } }
    expect(stepsOf(open, target)).toEqual(['pull db', 'pull web'])
    expect(planOf(seeing(open, { localTime: false }), target)).toMatchObject({
      steps: [],
      waits: [{ for: 'clock' }, {}, {}],
    })
  })

  it('cuts no download that runs, and says nothing of one', () => {
    const running = seeing(device, { downloading: [imageOf('web', 2), imageOf('db', 2)] })
    expect(reasonsOf(running, target)).toEqual(['db waits for its image.', 'web waits for its image.'])
  })

  it('holds up neither a first release nor what a good one has lost', () => {
    expect(stepsOf(remembering(newDevice()), target)).toEqual(['pull db', 'pull web'])
    const lost = seeing(device, { images: [] })
    const own = withPolicy(targetOf(one), target.policy)
    expect(stepsOf(lost, own)).toEqual(['pull db', 'pull web'])
  })
})
