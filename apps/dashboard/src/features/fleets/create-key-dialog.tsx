import type { CreateProvisioningKey, FleetView } from '@flotilla/contracts'
import { Alert, Button, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { createProvisioningKey, installCommand } from '../../api/fleets.js'
import { keys } from '../../api/keys.js'
import { CommandBlock } from '../../components/command-block.js'
import { showFailure } from '../../components/problem-form.js'
import { SecretOnce } from '../../components/secret-once.js'

interface CreateKeyDialogProps {
  fleet: FleetView
  opened: boolean
  onClose: () => void
}

const DAY = 86_400
const LIFETIMES = [
  { value: String(DAY), label: 'One day' },
  { value: String(7 * DAY), label: 'One week' },
  { value: String(90 * DAY), label: '90 days' },
  { value: '', label: 'Does not expire' },
]

export function CreateKeyDialog(props: CreateKeyDialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Create a provisioning key" size="lg">
      <CreateKeyForm {...props} />
    </Modal>
  )
}

// Inside the modal, so that the key is gone when it opens again.
function CreateKeyForm({ fleet, onClose }: CreateKeyDialogProps) {
  const queryClient = useQueryClient()
  const [failure, setFailure] = useState<string>()
  const form = useForm({
    initialValues: { name: '', expiresInSeconds: String(7 * DAY), maxUses: '' as number | '' },
    validate: { name: (name) => (name.trim() === '' ? 'Give it a name, to know it by later' : null) },
  })
  const creating = useMutation({
    mutationFn: (key: CreateProvisioningKey) => createProvisioningKey(fleet.id, key),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.fleets.provisioningKeys(fleet.id) }),
    onError: (error) => setFailure(showFailure(form, error)),
  })
  if (creating.data) {
    return (
      <Stack gap="md">
        <SecretOnce label="Provisioning key" secret={creating.data.key} />
        <Text size="sm">Run this in a terminal on each board that should join {fleet.name}:</Text>
        <CommandBlock commands={[installCommand(fleet, creating.data.key)]} label="Copy install command" />
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    )
  }
  const submit = ({ name, expiresInSeconds, maxUses }: typeof form.values) => {
    setFailure(undefined)
    creating.mutate({
      name: name.trim(),
      ...(expiresInSeconds !== '' && { expiresInSeconds: Number(expiresInSeconds) }),
      ...(maxUses !== '' && { maxUses }),
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
        <TextInput label="Name" placeholder="Workshop, spring batch" data-autofocus {...form.getInputProps('name')} />
        <Select label="Valid for" data={LIFETIMES} allowDeselect={false} {...form.getInputProps('expiresInSeconds')} />
        <NumberInput
          label="Boards"
          description="How many boards may join with it; empty for any number."
          min={1}
          allowDecimal={false}
          {...form.getInputProps('maxUses')}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={creating.isPending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
