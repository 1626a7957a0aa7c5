import type { DeviceView } from '@flotilla/contracts'
import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, FolderInput, Pencil, Pin, PinOff, Trash2 } from 'lucide-react'
import { mayAct, whoamiQuery } from '../../../api/session.js'
import { DeviceDialogs } from './device-dialogs.js'
import { useDeviceDialog } from './use-device-dialog.js'

/** What one may do with a device, from wherever one is on its pages. */
export function DeviceMenu({ device }: { device: DeviceView }) {
  const { data: whoami } = useQuery(whoamiQuery)
  const dialog = useDeviceDialog()
  if (!mayAct(whoami, device.fleet.split('/')[0], 'operator')) return null
  return (
    <>
      <Menu position="bottom-end" width={210} shadow="md">
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={16} aria-hidden />}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={15} />} onClick={dialog.opener('rename')}>
            Rename
          </Menu.Item>
          <Menu.Item leftSection={<FolderInput size={15} />} onClick={dialog.opener('move')}>
            Move to another fleet
          </Menu.Item>
          <Menu.Item leftSection={<Pin size={15} />} onClick={dialog.opener('pin')}>
            Pin to a release
          </Menu.Item>
          {device.pinnedReleaseId && (
            <Menu.Item leftSection={<PinOff size={15} />} onClick={dialog.opener('unpin')}>
              Follow the fleet again
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<Trash2 size={15} />} onClick={dialog.opener('remove')}>
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <DeviceDialogs device={device} dialog={dialog} />
    </>
  )
}
