import { Paper, Stack, Text, ThemeIcon } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface EmptyNoteProps {
  icon: LucideIcon
  title: string
  /** Says what to do so that something stands here. */
  children?: ReactNode
  action?: ReactNode
  bare?: boolean
}

export function EmptyNote({ icon: Icon, title, children, action, bare }: EmptyNoteProps) {
  return (
    <Paper withBorder={!bare} bg={bare ? 'transparent' : undefined} p={{ base: 'lg', sm: 36 }} radius="lg">
      <Stack align="center" gap="sm" maw={520} mx="auto" ta="center">
        <ThemeIcon variant="light" size={52} radius="xl" aria-hidden>
          <Icon size={26} />
        </ThemeIcon>
        <Text fw={650} size="lg" component="h2" m={0}>
          {title}
        </Text>
        {children && (
          <Text c="dimmed" size="sm" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  )
}
