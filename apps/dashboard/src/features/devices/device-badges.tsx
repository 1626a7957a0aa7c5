import type { DeviceView } from '@flotilla/contracts'
import { Text } from '@mantine/core'
import { Age } from '../../components/age.js'
import { useClock } from '../../components/clock.js'
import { StatusBadge } from '../../components/status-badge.js'
import { activityStatus, connectivityStatus } from './device-status.js'

interface ConnectivityBadgeProps {
  device: Pick<DeviceView, 'connectivity' | 'lastSeenAt'>
  /** When the answer was read that says so. */
  readAt: number
}

export function ConnectivityBadge({ device, readAt }: ConnectivityBadgeProps) {
  const label = useClock((now) => connectivityStatus(device, readAt, now).label)
  const tone = useClock((now) => connectivityStatus(device, readAt, now).tone)
  return <StatusBadge tone={tone}>{label}</StatusBadge>
}

export function LastSeen({ device }: { device: Pick<DeviceView, 'lastSeenAt'> }) {
  if (!device.lastSeenAt) return null
  return (
    <Text span size="xs" c="dimmed">
      seen <Age at={device.lastSeenAt} />
    </Text>
  )
}

export function ActivityBadge({ device }: { device: Parameters<typeof activityStatus>[0] }) {
  const { tone, label, moving } = activityStatus(device)
  return (
    <StatusBadge tone={tone} moving={moving}>
      {label}
    </StatusBadge>
  )
}
