import { readFileSync } from 'node:fs'
import { run } from '../processes/run.js'

/** The link of a device to the world, as a test controls it. All of it also meets the device's containers. */
export interface DeviceLink {
  /** From now on every packet is lost, in both directions, without a word to either side. */
  cut(): Promise<void>
  /** Undoes `cut`, `setLoss` and `setRate`. */
  restore(): Promise<void>
  /** Loses this share of the packets, in each direction. */
  setLoss(percent: number): Promise<void>
  /** Limits the rate of each direction, in kilobits per second. */
  setRate(kbit: number): Promise<void>
  /** Bytes that went over the link since it was made, seen from the device. */
  traffic(): { received: number; sent: number }
}

const DEVICE_END = 'eth0'

/** `hostEnd` is the interface on our side, `namespace` the device's network namespace, where its eth0 is. */
export function createLink(hostEnd: string, namespace: string): DeviceLink {
  const inDevice = (...command: string[]) => run('nsenter', `--net=${namespace}`, '--', ...command)

  // These two tables meet what the device's own programs send and what its containers do, and Docker uses neither.
  async function dropPackets(...match: string[]): Promise<void> {
    await acceptPackets()
    await inDevice('iptables', '-w', '-t', 'raw', '-A', 'PREROUTING', '-i', DEVICE_END, ...match, '-j', 'DROP')
    await inDevice('iptables', '-w', '-t', 'mangle', '-A', 'POSTROUTING', '-o', DEVICE_END, ...match, '-j', 'DROP')
  }

  async function acceptPackets(): Promise<void> {
    await inDevice('iptables', '-w', '-t', 'raw', '-F', 'PREROUTING')
    await inDevice('iptables', '-w', '-t', 'mangle', '-F', 'POSTROUTING')
  }

  async function setRate(kbit: number): Promise<void> {
    const limit = ['root', 'tbf', 'rate', `${kbit}kbit`, 'burst', '16kb', 'latency', '400ms']
    await run('tc', 'qdisc', 'replace', 'dev', hostEnd, ...limit)
    await inDevice('tc', 'qdisc', 'replace', 'dev', DEVICE_END, ...limit)
  }

  async function removeRate(): Promise<void> {
    await run('tc', 'qdisc', 'delete', 'dev', hostEnd, 'root').catch(ignoreNone)
    await inDevice('tc', 'qdisc', 'delete', 'dev', DEVICE_END, 'root').catch(ignoreNone)
  }

  return {
    cut: () => dropPackets(),
    restore: () => acceptPackets().then(removeRate),
    setLoss: (percent) => {
      const probability = (percent / 100).toFixed(4)
      return dropPackets('-m', 'statistic', '--mode', 'random', '--probability', probability)
    },
    setRate,
    traffic: () => ({ received: statistic(hostEnd, 'tx_bytes'), sent: statistic(hostEnd, 'rx_bytes') }),
  }
}

function statistic(name: string, counter: string): number {
  return Number(readFileSync(`/sys/class/net/${name}/statistics/${counter}`, 'utf8'))
}

// tc fails where there was no limit to remove.
function ignoreNone(error: unknown): void {
  if (!/Cannot delete qdisc|No such file|Invalid handle/.test(String(error))) throw error
}
