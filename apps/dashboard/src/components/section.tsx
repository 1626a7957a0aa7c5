import { Group, Paper, Text, Title } from '@mantine/core'
import { useId, type ReactNode } from 'react'

interface SectionProps {
  title: string
  /** A line that says what this is for. */
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  /** The children reach to the edges, as tables do. */
  flush?: boolean
}

/** A titled card. */
export function Section({ title, note, actions, children, flush }: SectionProps) {
  const id = useId()
  return (
    <Paper component="section" aria-labelledby={id} radius="lg" style={{ overflow: 'hidden' }}>
      <Group justify="space-between" align="flex-start" px="md" pt="md" pb={flush ? 'sm' : 'xs'} gap="sm">
        <div style={{ flex: '1 1 220px', minWidth: 0 }}>
          <Title order={2} size="h3" id={id}>
            {title}
          </Title>
          {note && (
            <Text size="sm" c="dimmed" mt={2} component="div">
              {note}
            </Text>
          )}
        </div>
        {actions}
      </Group>
      {flush ? children : <div style={{ padding: '4px 16px 16px' }}>{children}</div>}
    </Paper>
  )
}
