import type { ComposeSpec } from '@flotilla/contracts'
import { Badge, Group, Text } from '@mantine/core'
import { Section } from '../../components/section.js'
import { count } from '../../format/text.js'
import classes from './compose-card.module.css'
import { serviceSummary } from './compose-summary.js'

/** The app as the devices run it, service by service. */
export function ComposeCard({ compose }: { compose: ComposeSpec }) {
  const services = Object.entries(compose.services)
  const parts = [
    count(services.length, 'service'),
    count(Object.keys(compose.volumes).length, 'volume'),
    count(Object.keys(compose.networks).length, 'network'),
  ]
  return (
    <Section title="App" note={parts.join(', ')} flush>
      <ul className={classes.list}>
        {services.map(([name, spec]) => (
          <li key={name} className={classes.service}>
            <Text size="sm" fw={600} className={classes.name}>
              {name}
            </Text>
            <Group gap={6} className={classes.phrases}>
              {serviceSummary(spec).map((phrase) => (
                <Badge key={phrase} variant="default" size="md" fw={500} className={classes.phrase}>
                  {phrase}
                </Badge>
              ))}
              {serviceSummary(spec).length === 0 && (
                <Text size="sm" c="dimmed">
                  nothing special
                </Text>
              )}
            </Group>
          </li>
        ))}
      </ul>
    </Section>
  )
}
