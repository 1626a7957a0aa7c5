import type { ReleaseView } from '@flotilla/contracts'
import { Text } from '@mantine/core'
import { Age } from '../../components/age.js'
import { TextLink } from '../../components/links.js'
import { StatusBadge } from '../../components/status-badge.js'
import { shortCommit } from '../../format/text.js'
import classes from './fleet-releases.module.css'
import { describeReach } from './release-reach.js'
import { releaseStatus } from './release-status.js'

export function ReleaseItem({ release, isTarget }: { release: ReleaseView; isTarget: boolean }) {
  const { tone, label, moving } = releaseStatus(release)
  const { targeted } = release.deviceCounts
  return (
    <div role="row" className={`${classes.row} ${classes.item}`}>
      <div role="cell" className={classes.cell}>
        <TextLink to="/releases/$releaseId" params={{ releaseId: release.id }} className={classes.version}>
          {release.version}
        </TextLink>
        {isTarget && (
          <Text size="xs" c="dimmed">
            the fleet should run it
          </Text>
        )}
      </div>
      <div role="cell" className={classes.cell}>
        <StatusBadge tone={tone} moving={moving} title={release.failureReason}>
          {label}
        </StatusBadge>
      </div>
      <div role="cell" className={`${classes.cell} ${classes.wide}`}>
        <div className={classes.message}>{firstLine(release.message) ?? release.failureReason ?? ''}</div>
        <div className={classes.origin}>
          <span className={classes.mono}>{shortCommit(release.commit)}</span>
          {release.branch && <span>{release.branch}</span>}
          {release.author && <span title={release.author}>{nameOf(release.author)}</span>}
        </div>
      </div>
      <div role="cell" className={classes.cell} data-numbers>
        <Text size="sm" c={targeted === 0 ? 'dimmed' : undefined}>
          {describeReach(release.deviceCounts)}
        </Text>
      </div>
      <div role="cell" className={classes.cell}>
        <Text size="sm" c="dimmed" component="div">
          <Age at={release.createdAt} />
        </Text>
      </div>
    </div>
  )
}

/** Of `Ann <ann@example.com>` the name. */
function nameOf(author: string): string {
  return author.replace(/\s*<[^>]*>$/, '') || author
}

function firstLine(message: string | undefined): string | undefined {
  return message?.split('\n')[0] || undefined
}
