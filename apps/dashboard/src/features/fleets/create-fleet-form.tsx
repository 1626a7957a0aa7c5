import { CreateFleetSchema } from '@flotilla/contracts'
import { Alert, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { schemaResolver, useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { createFleet } from '../../api/fleets.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { tellDone } from '../../components/notices.js'
import { showFailure } from '../../components/problem-form.js'
import { PlatformsInput } from './platforms-input.js'

export function CreateFleetForm({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const { data: whoami } = useQuery(whoamiQuery)
  const organizations = (whoami?.memberships ?? [])
    .map((membership) => membership.organization)
    .filter((organization) => mayAct(whoami, organization, 'developer'))
  const [failure, setFailure] = useState<string>()
  const form = useForm({
    initialValues: {
      organization: organizations[0] ?? '',
      name: '',
      deployBranch: 'main',
      platforms: [] as (typeof CreateFleetSchema._zod.output)['platforms'],
    },
    validate: schemaResolver(CreateFleetSchema, { sync: true }),
  })
  const creating = useMutation({
    mutationFn: createFleet,
    onSuccess: async (fleet) => {
      await queryClient.invalidateQueries({ queryKey: ['fleets'] })
      onClose()
      tellDone(`The fleet ${fleet.name} is there.`)
      await router.navigate({ to: '/fleets/$fleetId', params: { fleetId: fleet.id } })
    },
    onError: (error) => setFailure(showFailure(form, error)),
  })
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        setFailure(undefined)
        creating.mutate(values)
      })}
    >
      <Stack gap="md">
        {failure && (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        {organizations.length > 1 && (
          <Select
            label="Organization"
            data={organizations}
            allowDeselect={false}
            {...form.getInputProps('organization')}
          />
        )}
        <TextInput
          label="Name"
          description="Lower-case letters, digits and hyphens; part of the git remote."
          placeholder="weather-station"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Deploy branch"
          description="A push to this branch makes a release that the devices run; any other branch makes a draft."
          autoComplete="off"
          {...form.getInputProps('deployBranch')}
        />
        <PlatformsInput {...form.getInputProps('platforms')} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={creating.isPending}>
            Create fleet
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
