import type { DeviceView } from '@flotilla/contracts'
import { Text } from '@mantine/core'
import { ArrowRight, Pin } from 'lucide-react'
import { memo } from 'react'
import { TextLink } from '../../components/links.js'
import { StatusBadge } from '../../components/status-badge.js'
import { shortPlatform } from '../../format/text.js'
import { ReleaseVersion } from '../releases/release-version.js'
import { ActivityBadge, ConnectivityBadge, LastSeen } from './device-badges.js'
import { releaseStanding, serviceTone } from './device-status.js'
import classes from './device-table.module.css'

export const DeviceRow = memo(function DeviceRow({ device, readAt }: { device: DeviceView; readAt: number }) {
  return (
    <div className={`${classes.row} ${classes.item}`}>
      <div role="cell" className={`${classes.cell} ${classes.first}`}>
        <TextLink to="/devices/$deviceId" params={{ deviceId: device.id }} className={classes.name} size="sm" inherit>
          {device.name}
        </TextLink>
        {device.hardware && (
          <Text size="xs" c="dimmed" truncate>
            {device.hardware.deviceType ?? 'board'} · {shortPlatform(device.hardware.platform)}
          </Text>
        )}
      </div>
      <div role="cell" className={classes.cell}>
        <div className={classes.reach}>
          <ConnectivityBadge device={device} readAt={readAt} />
          <LastSeen device={device} />
        </div>
      </div>
      <div role="cell" className={classes.cell}>
        <ActivityBadge device={device} />
      </div>
      <div role="cell" className={classes.cell}>
        <span className={classes.label}>Release</span>
        <DeviceRelease device={device} />
      </div>
      <div role="cell" className={classes.cell}>
        <span className={classes.label}>Services</span>
        <ServiceCounts counts={device.serviceCounts} />
      </div>
    </div>
  )
})

/** The release that runs, and the one that should where that is another. */
export function DeviceRelease({ device }: { device: DeviceView }) {
  const standing = releaseStanding(device)
  const { runningReleaseId: running, targetReleaseId: target } = device
  return (
    <Text size="sm" component="span" className={classes.release}>
      {standing === 'none' && (
        <Text span size="sm" c="dimmed">
          None
        </Text>
      )}
      {standing !== 'none' &&
        (running ? (
          <ReleaseVersion id={running} version={device.runningVersion} />
        ) : (
          <Text span size="sm" c="dimmed" title="No release runs whole" aria-label="No whole release">
            –
          </Text>
        ))}
      {standing === 'behind' && (
        <>
          <ArrowRight size={14} aria-label="should become" role="img" />
          {target ? <ReleaseVersion id={target} version={device.targetVersion} /> : <span>nothing</span>}
        </>
      )}
      {device.pinnedReleaseId && <Pin size={13} role="img" aria-label="Pinned" />}
    </Text>
  )
}

function ServiceCounts({ counts }: { counts: DeviceView['serviceCounts'] }) {
  const entries = Object.entries(counts).filter(([, amount]) => amount > 0)
  if (entries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None
      </Text>
    )
  }
  return (
    <span className={classes.services}>
      {entries.map(([status, amount]) => (
        <StatusBadge key={status} tone={serviceTone(status)} plain>
          {amount} {status}
        </StatusBadge>
      ))}
    </span>
  )
}
