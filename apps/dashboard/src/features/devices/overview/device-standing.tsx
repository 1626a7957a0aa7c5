import type { DeviceView } from '@flotilla/contracts'
import { Paper, Progress, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Age } from '../../../components/age.js'
import { StatusBadge } from '../../../components/status-badge.js'
import { ReleaseVersion } from '../../releases/release-version.js'
import { hasGivenUp, releaseStanding } from '../device-status.js'
import classes from './device-standing.module.css'
import { updatePercent, type ServiceRow } from './service-rows.js'

/** What should run, what runs, and what stands between them. */
export function DeviceStanding({ device, rows }: { device: DeviceView; rows: ServiceRow[] }) {
  const standing = releaseStanding(device)
  // A bar that does not move says less than the reason why.
  const isGivenUp = hasGivenUp(device)
  const waits = device.activity === 'waiting' && standing === 'behind' && !isGivenUp
  const updating = device.activity === 'updating' || waits
  const percent = updatePercent(rows)
  return (
    <Paper radius="lg" className={classes.card} component="section" aria-label="State">
      <div className={classes.facts}>
        <Fact label="Runs">
          {device.runningReleaseId ? (
            <ReleaseVersion id={device.runningReleaseId} version={device.runningVersion} />
          ) : (
            <Text span c="dimmed">
              no whole release
            </Text>
          )}
        </Fact>
        <Fact label={device.pinnedReleaseId ? 'Should run (pinned)' : 'Should run'}>
          {device.targetReleaseId ? (
            <ReleaseVersion id={device.targetReleaseId} version={device.targetVersion} />
          ) : (
            <Text span c="dimmed">
              nothing was pushed yet
            </Text>
          )}
        </Fact>
        <Fact label="Standing">
          {isGivenUp ? (
            <StatusBadge tone="bad">Given up</StatusBadge>
          ) : (
            <Standing standing={standing} failing={device.activity === 'failing'} />
          )}
        </Fact>
        <Fact label="Reported">{device.reportedAt ? <Age at={device.reportedAt} /> : 'never'}</Fact>
      </div>
      {updating && device.targetReleaseId && (
        <div className={classes.progress}>
          <Progress
            value={percent}
            size="md"
            radius="xl"
            aria-label="Progress of the update"
            animated={device.activity === 'updating' && device.connectivity === 'online'}
          />
          <Text size="xs" c="dimmed" data-numbers>
            {percent} %
          </Text>
        </div>
      )}
      <Explanation device={device} />
    </Paper>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <div className={classes.label}>{label}</div>
      <div className={classes.value}>{children}</div>
    </div>
  )
}

function Standing({ standing, failing }: { standing: ReturnType<typeof releaseStanding>; failing: boolean }) {
  if (standing === 'current') return <StatusBadge tone="good">On target</StatusBadge>
  if (standing === 'none') return <StatusBadge tone="idle">Nothing to run</StatusBadge>
  return failing ? <StatusBadge tone="bad">Behind, failing</StatusBadge> : <StatusBadge tone="busy">Behind</StatusBadge>
}

/** The device's own words. */
function Explanation({ device }: { device: DeviceView }) {
  if (!device.explanation) return null
  const when = device.connectivity === 'online' ? 'The device says' : 'The device last said'
  return (
    <div className={classes.explanation} data-failing={device.activity === 'failing' || undefined}>
      <div className={classes.label}>{when}</div>
      {device.explanation.split('\n').map((line, at) => (
        <Text key={at} size="sm">
          {line}
        </Text>
      ))}
    </div>
  )
}
