import type { CreateApiKey, Role } from '@flotilla/contracts'
import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { createApiKey } from '../../api/api-keys.js'
import { keys } from '../../api/keys.js'
import { showFailure } from '../../components/problem-form.js'
import { SecretOnce } from '../../components/secret-once.js'

interface CreateApiKeyDialogProps {
  opened: boolean
  onClose: () => void
}

const DAY = 86_400
const LIFETIMES = [
  { value: String(30 * DAY), label: '30 days' },
  { value: String(90 * DAY), label: '90 days' },
  { value: String(365 * DAY), label: 'A year' },
  { value: '', label: 'Does not expire' },
]
const ROLES = [
  { value: '', label: 'Everything that you may do' },
  { value: 'developer', label: 'At most developer: push, fleets, releases' },
  { value: 'operator', label: 'At most operator: devices' },
  { value: 'observer', label: 'At most observer: only look' },
]

export function CreateApiKeyDialog({ opened, onClose }: CreateApiKeyDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create an API token">
      <CreateApiKeyForm onClose={onClose} />
    </Modal>
  )
}

// Inside the modal, so that the token is gone when it opens again.
function CreateApiKeyForm({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient()
  const [failure, setFailure] = useState<string>()
  const form = useForm({
    initialValues: { name: '', role: '', expiresInSeconds: String(90 * DAY) },
    validate: { name: (name) => (name.trim() === '' ? 'Give it a name, to know it by later' : null) },
  })
  const creating = useMutation({
    mutationFn: (key: CreateApiKey) => createApiKey(key),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.apiKeys }),
    onError: (error) => setFailure(showFailure(form, error)),
  })
  if (creating.data) {
    return (
      <Stack gap="md">
        <SecretOnce label="API token" secret={creating.data.token} />
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    )
  }
  const submit = ({ name, role, expiresInSeconds }: typeof form.values) => {
    setFailure(undefined)
    creating.mutate({
      name: name.trim(),
      ...(role !== '' && { role: role as Role }),
      ...(expiresInSeconds !== '' && { expiresInSeconds: Number(expiresInSeconds) }),
    })
  }
  return (
    <form noValidate onSubmit={form.onSubmit(submit)}>
      <Stack gap="md">
        {failure && (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        <TextInput label="Name" placeholder="git push from my laptop" data-autofocus {...form.getInputProps('name')} />
        <Select label="May do" data={ROLES} allowDeselect={false} {...form.getInputProps('role')} />
        <Select label="Valid for" data={LIFETIMES} allowDeselect={false} {...form.getInputProps('expiresInSeconds')} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={creating.isPending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
