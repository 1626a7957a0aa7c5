import type { AppState, Rejection, ServiceEvidence } from '@flotilla/contracts'
import { Text, Title } from '@mantine/core'
import { Age } from '../../../components/age.js'
import { Section } from '../../../components/section.js'
import { StatusBadge } from '../../../components/status-badge.js'
import { stripAnsi } from '../../../format/ansi.js'
import { ReleaseVersion } from '../../releases/release-version.js'
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
      {Object.entries(services).map(([service, evidence]) => (
        <Evidence key={service} service={service} evidence={evidence} said={reason} />
      ))}
    </>
  )
}

function Evidence({ service, evidence, said }: { service: string; evidence: ServiceEvidence; said: string }) {
  const { reason, exitCode, oomKilled, healthOutput, lastLines } = evidence
  return (
    <div className={classes.service}>
      <div className={classes.head}>
        <Title order={3} size="h5">
          {service}
        </Title>
        {exitCode !== undefined && (
          <StatusBadge tone={exitCode === 0 ? 'idle' : 'bad'}>exit code {exitCode}</StatusBadge>
        )}
        {oomKilled && <StatusBadge tone="bad">killed for want of memory</StatusBadge>}
      </div>
      {!said.includes(reason) && <Text size="sm">{stripAnsi(reason)}</Text>}
      {healthOutput && <Output label={`What the health check of ${service} printed last`} text={healthOutput} />}
      {lastLines && <Output label={`Last log lines of ${service}`} text={lastLines} />}
    </div>
  )
}

function Output({ label, text }: { label: string; text: string }) {
  const lines = text.trimEnd().split('\n').map(stripAnsi)
  return (
    <figure className={classes.output}>
      <figcaption className={classes.label}>{label}</figcaption>
      {/* It scrolls, so the keyboard has to reach it. */}
      <pre className={classes.lines} tabIndex={0} role="region" aria-label={label}>
        <code>{lines.join('\n')}</code>
      </pre>
    </figure>
  )
}
