import type { FleetView } from '@flotilla/contracts'
import { Alert, Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { updateFleet } from '../../api/fleets.js'
import { tellDone } from '../../components/notices.js'
import { showFailure } from '../../components/problem-form.js'
import { Section } from '../../components/section.js'
import { PlatformsInput } from './platforms-input.js'

export function FleetForm({ fleet, readOnly }: { fleet: FleetView; readOnly: boolean }) {
  const queryClient = useQueryClient()
  const [failure, setFailure] = useState<string>()
  const form = useForm({
    initialValues: { name: fleet.name, deployBranch: fleet.deployBranch, platforms: fleet.platforms },
  })
  const saving = useMutation({
    mutationFn: (values: typeof form.values) => updateFleet(fleet.id, values),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['fleets'] })
      tellDone('The fleet is saved.')
    },
    onError: (error) => setFailure(showFailure(form, error)),
  })
  return (
    <Section title="Build and deploy" note="How a push becomes a release of this fleet.">
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          setFailure(undefined)
          saving.mutate(values)
        })}
      >
        <Stack gap="md" maw={560}>
          {failure && (
            <Alert color="red" role="alert">
              {failure}
            </Alert>
          )}
          <TextInput
            label="Name"
            description="Part of the git remote: after a change, set the remote of every clone anew."
            disabled={readOnly}
            {...form.getInputProps('name')}
          />
          <TextInput
            label="Deploy branch"
            description="A push to it makes a release that the devices run; any other branch makes a draft."
            disabled={readOnly}
            {...form.getInputProps('deployBranch')}
          />
          <PlatformsInput disabled={readOnly} {...form.getInputProps('platforms')} />
          {!readOnly && (
            <Group gap="sm">
              <Button type="submit" loading={saving.isPending} disabled={!form.isDirty()}>
                Save changes
              </Button>
              {form.isDirty() && (
                <Button variant="subtle" color="gray" onClick={form.reset}>
                  Discard
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  )
}
