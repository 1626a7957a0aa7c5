import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { describeFailure } from '../api/failure.js'

interface ConfirmDialogProps {
  opened: boolean
  onClose: () => void
  title: string
  /** What happens, in sentences. */
  children: ReactNode
  confirm: string
  action: () => Promise<unknown>
  danger?: boolean
  /** A word that must be typed first, for what cannot be undone. */
  typed?: string
}

/** Asks before something is done; stays open with the reason where that fails. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} size="md">
      <ConfirmForm {...props} />
    </Modal>
  )
}

// Inside the modal, so that what was typed is gone when it opens again.
function ConfirmForm({ onClose, children, confirm, action, danger, typed }: ConfirmDialogProps) {
  const [text, setText] = useState('')
  const run = useMutation({ mutationFn: action, onSuccess: onClose })
  const ready = typed === undefined || text === typed
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) run.mutate()
      }}
    >
      <Stack gap="md">
        <div>{children}</div>
        {typed !== undefined && (
          <TextInput
            label={
              <>
                Type <b>{typed}</b> to confirm
              </>
            }
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        {run.error && (
          <Alert color="red" role="alert">
            {describeFailure(run.error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Keep as it is
          </Button>
          <Button type="submit" color={danger ? 'red' : undefined} disabled={!ready} loading={run.isPending}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
