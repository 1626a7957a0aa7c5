import type { SetVariable } from '@flotilla/contracts'
import { Alert, Button, Group, SegmentedControl, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { setVariable } from '../../api/variables.js'
import { tellDone } from '../../components/notices.js'
import { showFailure } from '../../components/problem-form.js'
import type { VariableDraft } from './variable-draft.js'

interface VariableFormProps {
  of: 'fleet' | 'device'
  id: string
  services: string[]
  draft: VariableDraft
  onClose: () => void
}

const environment: SetVariable['kind'] = 'environment'
const KINDS = [
  { value: 'environment', label: 'Environment' },
  { value: 'config', label: 'Config' },
]

export function VariableForm({ of, id, services, draft, onClose }: VariableFormProps) {
  const queryClient = useQueryClient()
  const [failure, setFailure] = useState<string>()
  const { variable } = draft
  const given = variable ?? draft.preset
  const form = useForm({
    initialValues: {
      kind: given?.kind ?? environment,
      name: given?.name ?? '',
      service: given?.service ?? '',
      value: variable?.value ?? '',
      secret: given?.secret ?? false,
    },
    validate: {
      name: (name) =>
        /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? null : 'Use letters, digits and underscores, not starting with a digit',
      value: (value) =>
        variable?.secret && value === '' ? 'Type the new value; the present one cannot be shown' : null,
    },
  })
  const { kind } = form.values
  const saving = useMutation({
    mutationFn: setVariable,
    onSuccess: async (saved) => {
      await queryClient.invalidateQueries({ queryKey: ['variables'] })
      onClose()
      tellDone(`${saved.name} is set.`)
    },
    onError: (error) => setFailure(showFailure(form, error)),
  })
  const submit = ({ service, ...values }: typeof form.values) => {
    setFailure(undefined)
    const place = of === 'fleet' ? { fleetId: id } : { deviceId: id }
    saving.mutate({ ...place, ...values, ...(service !== '' && kind === 'environment' && { service }) })
  }
  return (
    <form noValidate onSubmit={form.onSubmit(submit)}>
      <Stack gap="md">
        {failure && (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        {!given && <SegmentedControl data={KINDS} aria-label="Kind" {...form.getInputProps('kind')} />}
        <TextInput
          label="Name"
          placeholder="LOG_LEVEL"
          autoComplete="off"
          spellCheck={false}
          disabled={given !== undefined}
          data-autofocus={given ? undefined : true}
          {...form.getInputProps('name')}
        />
        {kind === 'environment' && (
          <Select
            label="Reaches"
            data={[{ value: '', label: 'Every service' }, ...choices(services, given?.service)]}
            allowDeselect={false}
            disabled={given !== undefined}
            {...form.getInputProps('service')}
          />
        )}
        <Textarea
          label="Value"
          placeholder={variable?.secret ? 'The new value' : undefined}
          autosize
          minRows={2}
          maxRows={12}
          autoComplete="off"
          spellCheck={false}
          data-autofocus={given ? true : undefined}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
          {...form.getInputProps('value')}
        />
        <Switch
          label="Secret"
          description="It reaches the devices, and nobody can read it here any more."
          disabled={variable?.secret}
          {...form.getInputProps('secret', { type: 'checkbox' })}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.isPending}>
            Save variable
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function choices(services: string[], chosen: string | undefined): { value: string; label: string }[] {
  const all = new Set([...services, ...(chosen ? [chosen] : [])])
  return [...all].sort().map((name) => ({ value: name, label: `Only ${name}` }))
}
