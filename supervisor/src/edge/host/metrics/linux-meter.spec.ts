import { MetricsSampleSchema } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { BoardTree } from '../../../testing/board-tree.js'
import { LinuxMeter, type LinuxMeterOptions } from './linux-meter.js'

describe('the meter of a board', () => {
  let board: BoardTree
  beforeEach(async () => {
    board = await BoardTree.create()
  })
  afterEach(() => board.remove())

  const read = (options: LinuxMeterOptions = {}) => new LinuxMeter({ root: board.root, ...options }).read()

  it('reads what a Raspberry Pi says of itself', async () => {
    expect(await read({ dataFolder: () => board.root })).toEqual({
      cpuPercent: undefined,
      loadAverage: 0.42,
      memoryTotalBytes: 3_884_248 * 1024,
      memoryUsedBytes: 1_000_000 * 1024,
      diskUsedBytes: expect.any(Number),
      diskTotalBytes: expect.any(Number),
      temperatureCelsius: 52.6,
      isUnderVoltage: true,
      isThrottled: true,
      wasUnderVoltage: true,
      wasThrottled: true,
      storageWearPercent: undefined,
      storageWrittenBytes: 611_280 * 512,
      linkQualityPercent: 70,
      linkSignalDbm: -61,
      networkReceivedBytes: 123_456_789,
      networkSentBytes: 2_345_678,
      uptimeSeconds: 350_735,
    })
  })

  it('makes a sample that fits the contract', async () => {
    const sample = { at: '2026-11-21T08:00:00Z', ...(await read({ dataFolder: () => board.root })) }
    expect(MetricsSampleSchema.safeParse(sample).error).toBeUndefined()
  })

  it('leaves out what a machine does not say, and fails at nothing', async () => {
    await board.remove()
    const reading = await read({ dataFolder: () => `${board.root}/gone` })
    expect(JSON.stringify(reading)).toBe('{}')
  })

  it('tells how busy the processor was since the reading before', async () => {
    const meter = new LinuxMeter({ root: board.root })
    await meter.read()
    // 100 ticks more: 10 user, 15 system, 60 idle, 15 waiting for the card.
    await board.put('proc/stat', 'cpu  10010 0 5015 80060 5015 0 0 0 0 0\n')
    expect((await meter.read()).cpuPercent).toBe(25)
    expect((await meter.read()).cpuPercent).toBeUndefined()
  })

  it.each([
    ['0', { isUnderVoltage: false, isThrottled: false, wasUnderVoltage: false, wasThrottled: false }],
    ['50000', { isUnderVoltage: false, isThrottled: false, wasUnderVoltage: true, wasThrottled: true }],
    ['80008', { isUnderVoltage: false, isThrottled: true, wasUnderVoltage: false, wasThrottled: true }],
  ])('takes the firmware’s word %s apart', async (word, expected) => {
    await board.put('sys/devices/platform/soc/soc:firmware/get_throttled', `${word}\n`)
    expect(await read()).toMatchObject(expected)
  })

  it('asks the voltage alarm where the kernel does not pass on the firmware’s word', async () => {
    await board.remove('sys/devices/platform/soc')
    const reading = await read()
    expect(reading.isUnderVoltage).toBe(true)
    expect(reading.isThrottled).toBeUndefined()
  })

  it.each([
    ['0x02 0x01', '0x01', 20],
    ['0x01 0x0b', '0x01', 110],
    ['0x01 0x01', '0x03', 90],
    ['0x00 0x00', '0x00', undefined],
  ])('tells the wear of eMMC that says %s and %s', async (lifeTime, spare, expected) => {
    await board.put('sys/block/mmcblk0/device/life_time', `${lifeTime}\n`)
    await board.put('sys/block/mmcblk0/device/pre_eol_info', `${spare}\n`)
    expect((await read()).storageWearPercent).toBe(expected)
  })

  it('measures the disk that the data is on, not the first card', async () => {
    await board.link('sys/dev/block/8:1', '../../devices/platform/scb/usb2/host0/target0:0:0/0:0:0:0/block/sda/sda1')
    expect((await read({ device: '8:1' })).storageWrittenBytes).toBe(16 * 512)
  })

  it('counts the traffic of a board that has IPv6 alone', async () => {
    await board.put('proc/net/route', 'Iface\tDestination\tGateway\n')
    const zeros = '0'.repeat(32)
    const row = (metric: string, name: string) => `${zeros} 00 ${zeros} 00 ${zeros} ${metric} 1 0 00200200 ${name}\n`
    await board.put('proc/net/ipv6_route', row('ffffffff', '      lo') + row('00000400', '    eth0'))
    const reading = await read()
    expect(reading.networkReceivedBytes).toBe(0)
    expect(reading.linkQualityPercent).toBeUndefined()
  })
})
