import type { FleetView } from '@flotilla/contracts'
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { createProvisioningKey, installCommand } from '../../api/fleets.js'
import { describeFailure } from '../../api/failure.js'
import { keys } from '../../api/keys.js'
import { CommandBlock } from '../../components/command-block.js'

const VALID_DAYS = 7

interface AddDeviceDialogProps {
  fleet: FleetView
  opened: boolean
  onClose: () => void
}

/** From a click to the one line that makes a board a device of this fleet. */
export function AddDeviceDialog({ fleet, opened, onClose }: AddDeviceDialogProps) {
  const queryClient = useQueryClient()
  const { mutate, reset, data, error, isPending } = useMutation({
    mutationFn: () =>
      createProvisioningKey(fleet.id, { name: 'Added in the dashboard', expiresInSeconds: VALID_DAYS * 86_400 }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.fleets.provisioningKeys(fleet.id) }),
  })
  useEffect(() => {
    if (!opened) reset()
  }, [opened, reset])
  return (
    <Modal opened={opened} onClose={onClose} title={`Add devices to ${fleet.name}`} size="lg">
      <Stack gap="md">
        {!data && (
          <>
            <Text size="sm">
              Any board with Linux and Docker can join: a Raspberry Pi, a PC, a virtual machine. You get one command to
              run on it; it installs the supervisor, and the board appears in the list within seconds.
            </Text>
            {error && (
              <Alert color="red" role="alert">
                {describeFailure(error)}
              </Alert>
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button onClick={() => mutate()} loading={isPending} data-autofocus>
                Make the command
              </Button>
            </Group>
          </>
        )}
        {data && (
          <>
            <Text size="sm">Run this in a terminal on each board that should join:</Text>
            <CommandBlock commands={[installCommand(fleet, data.key)]} label="Copy install command" />
            <Text size="sm" c="dimmed">
              The key in it works for {VALID_DAYS} days and any number of boards, and is shown only now. Keys can be
              made and revoked under Settings.
            </Text>
            <Group justify="flex-end">
              <Button onClick={onClose}>Done</Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  )
}
