import type { DeviceView, UpdateDevice } from '@flotilla/contracts'
import { Modal, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { removeDevice, updateDevice } from '../../../api/devices.js'
import { keys } from '../../../api/keys.js'
import { ConfirmDialog } from '../../../components/confirm-dialog.js'
import { tellDone, tellFailure } from '../../../components/notices.js'
import { MoveForm } from './move-form.js'
import { PinForm } from './pin-form.js'
import { RenameForm } from './rename-form.js'
import type { DeviceDialog } from './use-device-dialog.js'

/** The dialogs behind everything one may do with a device. */
export function DeviceDialogs({ device, dialog }: { device: DeviceView; dialog: DeviceDialog }) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const { open, close } = dialog
  const change = async (input: UpdateDevice, done: string) => {
    const changed = await updateDevice(device.id, input)
    queryClient.setQueryData(keys.devices.one(device.id), changed)
    close()
    tellDone(done)
    await queryClient.invalidateQueries({ queryKey: ['devices'] })
  }
  const remove = async () => {
    // First away: its own page would ask for a device that is no more.
    await router.navigate({ to: '/fleets/$fleetId', params: { fleetId: device.fleetId } })
    try {
      await removeDevice(device.id)
      tellDone(`${device.name} is removed.`)
    } catch (error) {
      tellFailure(`${device.name} is still there`, error)
    }
    await queryClient.invalidateQueries({ queryKey: keys.devices.lists })
  }
  const form = { device, onClose: close, change }
  return (
    <>
      <Modal opened={open === 'rename'} onClose={close} title={`Rename ${device.name}`}>
        <RenameForm {...form} />
      </Modal>
      <Modal opened={open === 'move'} onClose={close} title={`Move ${device.name}`}>
        <MoveForm {...form} />
      </Modal>
      <Modal opened={open === 'pin'} onClose={close} title={`Pin ${device.name} to a release`}>
        <PinForm {...form} />
      </Modal>
      <ConfirmDialog
        opened={open === 'unpin'}
        onClose={close}
        title="Follow the fleet again?"
        confirm="Follow the fleet"
        action={() => change({ pinnedReleaseId: null }, `${device.name} follows its fleet again.`)}
      >
        <Text size="sm">The device changes to the release that its fleet runs, and takes every later one.</Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={open === 'remove'}
        onClose={close}
        title={`Remove ${device.name}?`}
        confirm="Remove device"
        danger
        typed={device.name}
        action={remove}
      >
        <Text size="sm">
          Its variables go with it, and its board is turned away until it is provisioned anew. What runs on the board
          goes on running there.
        </Text>
      </ConfirmDialog>
    </>
  )
}
