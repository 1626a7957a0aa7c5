import type { ReleaseView } from '@flotilla/contracts'
import { Text } from '@mantine/core'
import { Age } from '../../components/age.js'
import { CopyButton } from '../../components/copy-button.js'
import { Facts } from '../../components/facts.js'
import { Section } from '../../components/section.js'
import { describeReach } from './release-reach.js'
import classes from './origin-card.module.css'

/** Where a release comes from, and how many devices it reached. */
export function OriginCard({ release }: { release: ReleaseView }) {
  const body = release.message?.split('\n').slice(1).join('\n').trim()
  return (
    <Section title="Release">
      <Facts
        of={[
          [
            'Commit',
            <span key="commit" className={classes.commit}>
              {release.commit} <CopyButton value={release.commit} label="Copy commit" />
            </span>,
          ],
          ['Branch', release.branch],
          ['Author', release.author],
          [
            'Message',
            body && (
              <Text key="message" size="sm" className={classes.message}>
                {body}
              </Text>
            ),
          ],
          ['Made', <Age key="made" at={release.createdAt} />],
          ['Final since', release.finalizedAt && <Age key="final" at={release.finalizedAt} />],
          ['Invalidated', release.invalidatedAt && <Age key="invalidated" at={release.invalidatedAt} />],
          ['Devices', describeReach(release.deviceCounts)],
        ]}
      />
    </Section>
  )
}
