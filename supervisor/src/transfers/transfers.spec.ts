import { beforeEach, describe, expect, it } from '@jest/globals'
import { TransferPolicySchema, type TransferPolicyInput } from '@flotilla/contracts'
import type { TransferUse } from '@flotilla/reconcile'
import { BudgetSpent } from '../images/ports.js'
import type { Core, Part } from '../part.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryDocument } from '../testing/memory-store.js'
import { Transfers } from './transfers.js'

const MEGABYTE = 1_000_000
const signal = new AbortController().signal

describe('downloads within a budget', () => {
  let clock: FakeClock
  let document: MemoryDocument<TransferUse>
  let transfers: Transfers
  let part: Part
  let link: string

  const start = async (policy: TransferPolicyInput) => {
    transfers = new Transfers({ document, defaultInterface: () => link, timeZone: () => 'Europe/Berlin' })
    const target = { policy: { transfers: TransferPolicySchema.parse(policy) } }
    const core = { clock: Object.assign(clock, { isKnown: () => true }), targets: { target } }
    part = await transfers.part(core as unknown as Core)
  }
  const remaining = () => part.sources?.allowance?.()?.remainingBytes

  beforeEach(() => {
    clock = new FakeClock()
    document = new MemoryDocument<TransferUse>()
    link = 'eth0'
  })

  it('get what is left, and no byte more', async () => {
    await start({ bytesPerDay: 3 * MEGABYTE })
    expect(await transfers.grant(2 * MEGABYTE)).toBe(2 * MEGABYTE)
    expect(await transfers.grant(2 * MEGABYTE)).toBe(MEGABYTE)
    await expect(transfers.grant(1)).rejects.toThrow(BudgetSpent)
    expect(remaining()).toBe(0)
  })

  it('that want at once share what is left', async () => {
    await start({ bytesPerDay: 3 * MEGABYTE })
    const granted = await Promise.all([1, 2].map(() => transfers.grant(2 * MEGABYTE)))
    expect(granted.reduce((sum, bytes) => sum + bytes, 0)).toBe(3 * MEGABYTE)
  })

  it('begin anew the next day', async () => {
    await start({ bytesPerDay: MEGABYTE })
    await transfers.grant(MEGABYTE)
    await clock.advance(24 * 3_600_000)
    expect(await transfers.grant(10)).toBe(10)
  })

  it('give back what did not come', async () => {
    await start({ bytesPerDay: 3 * MEGABYTE })
    await transfers.grant(3 * MEGABYTE)
    transfers.giveBack(MEGABYTE)
    expect(await transfers.grant(5 * MEGABYTE)).toBe(MEGABYTE)
  })

  it('give back nothing that was not counted', async () => {
    await start({ bytesPerDay: 3 * MEGABYTE, appliesTo: 'metered' })
    link = 'wwan0'
    await transfers.spend(await transfers.grant(3 * MEGABYTE), signal)
    link = 'eth0'
    for (let breaks = 0; breaks < 3; breaks++) transfers.giveBack(await transfers.grant(MEGABYTE))
    link = 'wwan0'
    await expect(transfers.grant(1)).rejects.toThrow(BudgetSpent)
  })

  it('never cost more than the budget when the power goes between any two of them', async () => {
    const policy = { bytesPerMonth: 10 * MEGABYTE }
    let granted = 0
    for (let cut = 0; cut < 30; cut++) {
      await start(policy)
      granted += await transfers.grant(400_000).catch(() => 0)
      granted += await transfers.grant(400_000).catch(() => 0)
      // Forgotten: all but the document.
    }
    expect(granted).toBeLessThanOrEqual(10 * MEGABYTE)
    expect(granted).toBeGreaterThan(3 * MEGABYTE)
  })

  it('write to the disk far less often than they are granted', async () => {
    await start({ bytesPerMonth: 1000 * MEGABYTE })
    let writes = 0
    const write = document.write.bind(document)
    document.write = (value) => (writes++, write(value))
    for (let n = 0; n < 100; n++) await transfers.grant(100_000)
    expect(writes).toBeLessThan(15)
  })

  it('are free on links that are not metered where the policy says so', async () => {
    await start({ bytesPerDay: 0, appliesTo: 'metered' })
    expect(await transfers.grant(MEGABYTE)).toBe(MEGABYTE)
    expect(part.report?.transfers?.()).toEqual({ usedToday: 0, usedThisMonth: 0 })
    link = 'wwan0'
    await expect(transfers.grant(1)).rejects.toThrow(BudgetSpent)
    expect(part.report?.transfers?.()).toMatchObject({ metered: true, remainingBytes: 0 })
  })

  it('are told of while there is a cap, and else not', async () => {
    await start({ bytesPerDay: 3 * MEGABYTE, bytesPerMonth: 100 * MEGABYTE })
    await transfers.grant(MEGABYTE)
    expect(part.report?.transfers?.()).toMatchObject({
      usedToday: MEGABYTE,
      usedThisMonth: MEGABYTE,
      remainingBytes: 2 * MEGABYTE,
    })
    await start({})
    expect(part.report?.transfers?.()).toBeUndefined()
  })

  it('keep to a rate', async () => {
    await start({ bytesPerSecond: 100_000 })
    let passed = 0
    const download = async () => {
      for (let n = 0; n < 20; n++) {
        const bytes = await transfers.grant(MEGABYTE)
        await transfers.spend(bytes, signal)
        passed += bytes
      }
    }
    void download()
    await clock.advance(10_000)
    expect(passed).toBeGreaterThan(700_000)
    expect(passed).toBeLessThanOrEqual(1_000_000)
  })

  it('are remembered over a restart', async () => {
    await start({ bytesPerDay: MEGABYTE })
    await transfers.grant(MEGABYTE)
    await start({ bytesPerDay: MEGABYTE })
    expect(remaining()).toBe(0)
  })
})
