import { Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { isProblem } from '../api/client.js'
import { FailureNote } from './failure-note.js'
import { MissingNote } from './missing-note.js'

interface Reading<T> {
  data: T | undefined
  error: unknown
  refetch: () => unknown
}

interface LoadedProps<T> {
  query: Reading<T>
  /** What is read, as in "Could not read the fleet". */
  what: string
  skeleton: ReactNode
  children: (value: T) => ReactNode
}

/** The three faces of anything that is fetched: a skeleton, a failure with a way out, the thing itself. */
export function Loaded<T>({ query, what, skeleton, children }: LoadedProps<T>) {
  if (query.data === undefined && isProblem(query.error, 404)) return <MissingNote detail={query.error.detail} />
  const failure = query.error ? (
    <FailureNote title={`Could not read ${what}`} error={query.error} onRetry={() => void query.refetch()} />
  ) : null
  if (query.data === undefined) return failure ?? skeleton
  if (!failure) return children(query.data)
  // What was read before is still worth more than nothing.
  return (
    <Stack gap="md">
      {failure}
      {children(query.data)}
    </Stack>
  )
}
