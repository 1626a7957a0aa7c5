import { Alert, Button, Text } from '@mantine/core'
import { CircleAlert, RotateCw } from 'lucide-react'
import { describeFailure } from '../api/failure.js'

interface FailureNoteProps {
  title: string
  error?: unknown
  /** In place of an error, where the reason is known already. */
  reason?: string
  onRetry?: () => void
}

/** Something could not be read or done: why, and a way to try again. */
export function FailureNote({ title, error, reason, onRetry }: FailureNoteProps) {
  return (
    <Alert
      color="red"
      variant="light"
      radius="md"
      title={title}
      icon={<CircleAlert size={18} aria-hidden />}
      role="alert"
    >
      <Text size="sm">{reason ?? describeFailure(error)}</Text>
      {onRetry && (
        <Button
          mt="sm"
          size="compact-sm"
          variant="default"
          leftSection={<RotateCw size={14} aria-hidden />}
          onClick={onRetry}
        >
          Try again
        </Button>
      )}
    </Alert>
  )
}
