import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { FailureNote } from '../../../components/failure-note.js'
import { showFailure } from '../../../components/problem-form.js'
import type { DeviceFormProps } from './device-form-props.js'

export function RenameForm({ device, onClose, change }: DeviceFormProps) {
  const form = useForm({
    initialValues: { name: device.name },
    validate: { name: (name) => (name.trim() === '' ? 'A device needs a name' : null) },
  })
  const saving = useMutation({
    mutationFn: (name: string) => change({ name }, `The device is called ${name} now.`),
    onError: (error) => showFailure(form, error),
  })
  return (
    <form noValidate onSubmit={form.onSubmit(({ name }) => saving.mutate(name.trim()))}>
      <Stack gap="md">
        {saving.error && !form.errors.name && <FailureNote title="Not renamed" error={saving.error} />}
        <TextInput label="Name" data-autofocus autoComplete="off" {...form.getInputProps('name')} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.isPending}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
