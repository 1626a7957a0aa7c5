import type { Rejection, ServiceEvidence } from '@flotilla/contracts'
import { Text, Title } from '@mantine/core'
import { StatusBadge } from '../../components/status-badge.js'
import { stripAnsi } from '../../format/ansi.js'
import classes from './seen-of-services.module.css'

/** What a device saw of the services for which it gave a release up; `said`: the reason, which stands before it. */
export function SeenOfServices({ services, said }: { services: Rejection['services']; said: string }) {
  return Object.entries(services).map(([service, evidence]) => (
    <Evidence key={service} service={service} evidence={evidence} said={said} />
  ))
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
