import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { releasesQuery } from '../../../api/releases.js'
import { FailureNote } from '../../../components/failure-note.js'
import { shortCommit } from '../../../format/text.js'
import type { DeviceFormProps } from './device-form-props.js'

export function PinForm({ device, onClose, change }: DeviceFormProps) {
  const { data } = useInfiniteQuery(releasesQuery({ fleet: device.fleetId, status: 'final' }))
  const releases = (data?.pages[0]?.items ?? []).filter((release) => !release.invalidatedAt)
  const [releaseId, setReleaseId] = useState<string | null>(device.pinnedReleaseId ?? null)
  const pinning = useMutation({
    mutationFn: (id: string) => {
      const release = releases.find((one) => one.id === id)
      return change(
        { pinnedReleaseId: id },
        `${device.name} is pinned to ${release ? release.version : 'the release'}.`,
      )
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (releaseId) pinning.mutate(releaseId)
      }}
    >
      <Stack gap="md">
        {pinning.error && <FailureNote title="Not pinned" error={pinning.error} />}
        <Select
          label="Release"
          placeholder={releases.length === 0 ? 'The fleet has no final release yet' : 'Choose a release'}
          searchable
          openOnFocus={false}
          data-autofocus
          data={releases.map((release) => ({
            value: release.id,
            label: `${release.version} · ${shortCommit(release.commit)}${release.message ? ` · ${firstLine(release.message)}` : ''}`,
          }))}
          value={releaseId}
          onChange={setReleaseId}
        />
        <Text size="sm" c="dimmed">
          The device stays on this release, whatever is pushed to its fleet, until it follows the fleet again.
        </Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!releaseId} loading={pinning.isPending}>
            Pin device
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 60)
}
