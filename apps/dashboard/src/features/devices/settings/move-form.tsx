import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { fleetsQuery } from '../../../api/fleets.js'
import { FailureNote } from '../../../components/failure-note.js'
import type { DeviceFormProps } from './device-form-props.js'

export function MoveForm({ device, onClose, change }: DeviceFormProps) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(fleetsQuery())
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const fleets = (data?.pages ?? []).flatMap((page) => page.items).filter((fleet) => fleet.id !== device.fleetId)
  const [fleetId, setFleetId] = useState<string | null>(null)
  const moving = useMutation({
    mutationFn: (id: string) => {
      const fleet = fleets.find((one) => one.id === id)
      return change({ fleetId: id }, `${device.name} moves to ${fleet ? fleet.name : 'its new fleet'}.`)
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (fleetId) moving.mutate(fleetId)
      }}
    >
      <Stack gap="md">
        {moving.error && <FailureNote title="Not moved" error={moving.error} />}
        <Select
          label="New fleet"
          description={`It is in ${device.fleet} now.`}
          placeholder={fleets.length === 0 ? 'There is no other fleet' : 'Choose a fleet'}
          searchable
          openOnFocus={false}
          data-autofocus
          data={fleets.map((fleet) => ({ value: fleet.id, label: `${fleet.organization}/${fleet.name}` }))}
          value={fleetId}
          onChange={setFleetId}
        />
        <Text size="sm" c="dimmed">
          The device stops what this fleet runs and starts what the new one does. Its name, its own variables and its
          history go along.
        </Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!fleetId} loading={moving.isPending}>
            Move device
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
