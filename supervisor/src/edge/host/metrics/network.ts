import type { MetricsSample } from '@flotilla/contracts'
import type { KernelFiles } from '../kernel-files.js'

type Traffic = Pick<MetricsSample, 'networkReceivedBytes' | 'networkSentBytes'>
type LinkQuality = Pick<MetricsSample, 'linkQualityPercent' | 'linkSignalDbm'>

// What /proc/net/wireless counts its quality up to.
const BEST_QUALITY = 70
const IPV6_DEFAULT = '0'.repeat(32)

/** The interface that packets to the rest of the world leave by: of the default routes, the one with the least metric. */
export function defaultInterface(files: KernelFiles): string | undefined {
  return cheapest(ipv4Defaults(files)) ?? cheapest(ipv6Defaults(files))
}

export function traffic(files: KernelFiles, name: string | undefined): Traffic {
  if (name === undefined) return {}
  const counter = (which: string) => files.number(`sys/class/net/${name}/statistics/${which}`)
  return { networkReceivedBytes: counter('rx_bytes'), networkSentBytes: counter('tx_bytes') }
}

/** Of the interface that the board speaks through, where that is a wireless one. */
export function linkQuality(files: KernelFiles, name: string | undefined): LinkQuality {
  const lines = files.text('proc/net/wireless')?.split('\n') ?? []
  const columns = lines.map((line) => line.trim().split(/\s+/)).find(([first]) => first === `${name}:`)
  const [quality, level] = [columns?.[2], columns?.[3]].map((text) => Number.parseFloat(text ?? ''))
  if (quality === undefined || level === undefined || Number.isNaN(quality)) return {}
  const linkQualityPercent = Math.min(100, Math.max(0, Math.round((quality / BEST_QUALITY) * 100)))
  // Drivers without a level in dBm give 0 or a positive number.
  return level < 0 ? { linkQualityPercent, linkSignalDbm: level } : { linkQualityPercent }
}

interface Route {
  name: string
  metric: number
}

// Iface Destination Gateway Flags RefCnt Use Metric Mask …
function ipv4Defaults(files: KernelFiles): Route[] {
  const rows = (files.text('proc/net/route') ?? '').split('\n').map((line) => line.split('\t'))
  return rows.flatMap(([name, destination, , , , , metric, mask]) =>
    name !== undefined && destination === '00000000' && mask === '00000000' ? [{ name, metric: Number(metric) }] : [],
  )
}

// Destination, prefix length, source, prefix length, next hop, metric, …, interface; numbers in hexadecimal.
function ipv6Defaults(files: KernelFiles): Route[] {
  const rows = (files.text('proc/net/ipv6_route') ?? '').split('\n').map((line) => line.trim().split(/ +/))
  return rows.flatMap(([destination, prefix, , , , metric, , , , name]) =>
    // The kernel's own "unreachable" entry is on lo.
    name !== undefined && name !== 'lo' && destination === IPV6_DEFAULT && prefix === '00'
      ? [{ name, metric: Number.parseInt(metric ?? '', 16) }]
      : [],
  )
}

function cheapest(routes: readonly Route[]): string | undefined {
  return [...routes].sort((a, b) => a.metric - b.metric)[0]?.name
}
