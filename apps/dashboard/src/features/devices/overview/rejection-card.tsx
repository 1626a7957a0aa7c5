import type { AppState, Rejection } from '@flotilla/contracts'
import { Text } from '@mantine/core'
import { Age } from '../../../components/age.js'
import { Section } from '../../../components/section.js'
import { stripAnsi } from '../../../format/ansi.js'
import { ReleaseVersion } from '../../releases/release-version.js'
import { SeenOfServices } from '../seen-of-services.js'
import classes from './rejection-card.module.css'

/** Why the device gave a release up, or fails with its first one, and what it saw of each service. */
export function RejectionCard({ app }: { app: Pick<AppState, 'rejected' | 'trial'> }) {
  const { rejected, trial } = app
  if (rejected) {
    return (
      <Section title="Release given up" note={<Which of={rejected}>was given up</Which>}>
        <Seen of={rejected} />
        <Text size="sm" c="dimmed" mt="sm">
          It is not tried again until the device should run something else, or somebody forces it.
        </Text>
      </Section>
    )
  }
  if (!trial?.lastFailure) return null
  const times = trial.failures === undefined || trial.failures < 2 ? 'once' : `${trial.failures} times`
  return (
    <Section title="Release fails" note={<Which of={trial.lastFailure}>failed last</Which>}>
      <Seen of={trial.lastFailure} />
      <Text size="sm" c="dimmed" mt="sm">
        It has failed {times}, and is tried again: there is no release to go back to.
      </Text>
    </Section>
  )
}

function Which({ of, children }: { of: Rejection; children: string }) {
  return (
    <>
      <ReleaseVersion id={of.releaseId} version={of.version} /> {children} <Age at={of.at} />.
    </>
  )
}

function Seen({ of: { reason, services } }: { of: Rejection }) {
  return (
    <>
      <div className={classes.reason}>{stripAnsi(reason)}</div>
      <SeenOfServices services={services} said={reason} />
    </>
  )
}
