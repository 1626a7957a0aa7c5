import { Group, Paper, Skeleton, Stack } from '@mantine/core'

/** The shape of a list while it loads. */
export function RowsSkeleton({ rows = 6, height = 52 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="xs" aria-busy aria-label="Loading" role="status">
      {Array.from({ length: rows }, (_, at) => (
        <Skeleton key={at} height={height} radius="md" />
      ))}
    </Stack>
  )
}

/** The shape of a page header while it loads. */
export function HeaderSkeleton() {
  return (
    <Stack gap={8} mb={20} aria-busy aria-label="Loading" role="status">
      <Skeleton height={14} width={160} />
      <Group>
        <Skeleton height={30} width={260} />
        <Skeleton height={22} width={90} radius="xl" />
      </Group>
      <Skeleton height={14} width={320} maw="80%" />
    </Stack>
  )
}

export function CardSkeleton({ height = 140 }: { height?: number }) {
  return (
    <Paper p="md" radius="lg" aria-busy aria-label="Loading" role="status">
      <Stack gap="sm">
        <Skeleton height={16} width="40%" />
        <Skeleton height={height - 60} />
      </Stack>
    </Paper>
  )
}
