import { Progress, Text } from '@mantine/core'
import { Age } from '../../../components/age.js'
import { Digest } from '../../../components/digest.js'
import { TextLink } from '../../../components/links.js'
import { StatusBadge, type Tone } from '../../../components/status-badge.js'
import { serviceTone } from '../device-status.js'
import { describeDownload } from './download-text.js'
import type { ServiceRow } from './service-rows.js'
import classes from './services-card.module.css'

export function ServiceItem({ row, deviceId }: { row: ServiceRow; deviceId: string }) {
  const { reported } = row
  return (
    <div role="row" className={classes.row}>
      <div role="cell" className={`${classes.cell} ${classes.name}`}>
        <TextLink
          to="/devices/$deviceId/logs"
          params={{ deviceId }}
          search={{ service: row.name }}
          inherit
          title="Its logs"
        >
          {row.name}
        </TextLink>
        {!row.wanted && (
          <Text size="xs" c="dimmed">
            not in the target; goes away
          </Text>
        )}
      </div>
      <div role="cell" className={classes.cell}>
        <ServiceStatus row={row} />
      </div>
      <div role="cell" className={`${classes.cell} ${classes.wide}`}>
        <ServiceImages row={row} />
      </div>
      <div role="cell" className={classes.cell}>
        <span className={`${classes.label} ${classes.narrow}`}>Since</span>
        {reported?.startedAt ? <Age at={reported.startedAt} /> : <Dash />}
      </div>
      <div role="cell" className={classes.cell} data-numbers>
        <span className={`${classes.label} ${classes.narrow}`}>Restarts</span>
        {reported?.restartCount ?? <Dash />}
      </div>
      {reported?.error && (
        <div role="cell" className={classes.error}>
          {reported.error}
        </div>
      )}
    </div>
  )
}

const HEALTH_TONES: Record<string, Tone> = { healthy: 'good', starting: 'busy', unhealthy: 'bad' }

function ServiceStatus({ row: { reported } }: { row: ServiceRow }) {
  if (!reported) return <StatusBadge tone="idle">Not there yet</StatusBadge>
  const { status, health, exitCode, progressPercent, download } = reported
  const failed = exitCode !== undefined && exitCode !== 0 && status !== 'running'
  return (
    <>
      <div className={classes.badges}>
        <StatusBadge tone={failed ? 'bad' : serviceTone(status)} moving={serviceTone(status) === 'busy'}>
          {status}
          {exitCode !== undefined && status !== 'running' && ` (exit code ${exitCode})`}
        </StatusBadge>
        {health && <StatusBadge tone={HEALTH_TONES[health] ?? 'idle'}>{health}</StatusBadge>}
      </div>
      {status === 'downloading' && progressPercent !== undefined && (
        <div className={classes.progress}>
          <Progress value={progressPercent} size="sm" aria-label="Downloaded" />
          <Text size="xs" c="dimmed" data-numbers>
            {Math.round(progressPercent)} %
          </Text>
        </div>
      )}
      {status === 'downloading' && download && (
        <Text size="xs" c="dimmed" data-numbers>
          {describeDownload(download)}
        </Text>
      )}
    </>
  )
}

function ServiceImages({ row: { wanted, reported, image } }: { row: ServiceRow }) {
  const current = reported?.imageDigest
  const target = wanted?.image.digest
  if (current && image === 'current') {
    return (
      <div className={classes.images}>
        <span className={classes.label}>on target</span>
        <Digest digest={current} />
      </div>
    )
  }
  return (
    <div className={classes.images}>
      <span className={classes.label}>runs</span>
      {current ? <Digest digest={current} /> : <Dash />}
      <span className={classes.label}>should be</span>
      {target ? <Digest digest={target} /> : <Dash />}
    </div>
  )
}

function Dash() {
  return (
    <Text span c="dimmed" aria-label="none">
      –
    </Text>
  )
}
