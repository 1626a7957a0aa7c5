import { Button, Container } from '@mantine/core'
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { FailureNote } from '../components/failure-note.js'
import { MissingNote } from '../components/missing-note.js'

/** Stands in for a page that could not be shown at all. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  return (
    <Container size="sm" py="xl">
      <FailureNote title="This page could not be shown" error={error} onRetry={again} />
      <Button mt="md" variant="subtle" onClick={() => window.location.reload()}>
        Load the dashboard again
      </Button>
    </Container>
  )
}

export function PageMissing() {
  return (
    <Container size="sm" py="xl">
      <MissingNote detail="The address may be mistyped, or what it led to was removed." />
    </Container>
  )
}
