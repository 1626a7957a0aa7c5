import type { FleetView } from '@flotilla/contracts'
import { Group, Paper, Text, Title } from '@mantine/core'
import { GitBranch, Pin } from 'lucide-react'
import { TextLink } from '../../components/links.js'
import { StatusBadge } from '../../components/status-badge.js'
import { count } from '../../format/text.js'
import { ReleaseVersion } from '../releases/release-version.js'
import classes from './fleet-card.module.css'
import { FleetTrouble } from './fleet-trouble.js'

export function FleetCard({ fleet }: { fleet: FleetView }) {
  const { total, online, rejected, failing } = fleet.deviceCounts
  return (
    <Paper className={classes.card} radius="lg" component="article">
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
        <div className={classes.names}>
          <Text size="xs" c="dimmed" truncate>
            {fleet.organization}
          </Text>
          <Title order={2} size="h3" className={classes.name}>
            <TextLink to="/fleets/$fleetId" params={{ fleetId: fleet.id }} className={classes.link} inherit>
              {fleet.name}
            </TextLink>
          </Title>
        </div>
        <OnlineBadge total={total} online={online} />
      </Group>
      <div className={classes.meter} aria-hidden>
        <div style={{ width: total === 0 ? 0 : `${(online / total) * 100}%` }} />
      </div>
      <dl className={classes.facts}>
        <div>
          <dt>Devices</dt>
          <dd>{total === 0 ? 'None yet' : `${online.toLocaleString()} of ${count(total, 'device')} online`}</dd>
        </div>
        {rejected + failing > 0 && (
          <div>
            <dt>Trouble</dt>
            <dd className={classes.release}>
              <FleetTrouble counts={fleet.deviceCounts} />
            </dd>
          </div>
        )}
        <div>
          <dt>Release</dt>
          <dd className={classes.release}>
            {fleet.targetReleaseId ? <ReleaseVersion id={fleet.targetReleaseId} /> : 'Nothing pushed yet'}
            {fleet.pinned && <Pin size={13} aria-label="Pinned" role="img" />}
          </dd>
        </div>
        <div>
          <dt>Deploys</dt>
          <dd className={classes.release}>
            <GitBranch size={13} aria-hidden /> {fleet.deployBranch}
          </dd>
        </div>
      </dl>
    </Paper>
  )
}

function OnlineBadge({ total, online }: { total: number; online: number }) {
  if (total === 0) return <StatusBadge tone="idle">No devices</StatusBadge>
  if (online === total) return <StatusBadge tone="good">All online</StatusBadge>
  if (online === 0) return <StatusBadge tone="warn">All offline</StatusBadge>
  return <StatusBadge tone="warn">{(total - online).toLocaleString()} offline</StatusBadge>
}
