import type { DeviceView } from '@flotilla/contracts'
import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { deviceQuery } from '../../../api/devices.js'
import { mayAct, whoamiQuery } from '../../../api/session.js'
import { Section } from '../../../components/section.js'
import { ReleaseVersion } from '../../releases/release-version.js'
import { DeviceDialogs } from './device-dialogs.js'
import classes from './device-settings.module.css'
import { useDeviceDialog } from './use-device-dialog.js'

const route = getRouteApi('/inside/devices/$deviceId/settings')

export function DeviceSettings() {
  const { deviceId } = route.useParams()
  const { data: device } = useQuery(deviceQuery(deviceId))
  return device && <Settings device={device} />
}

function Settings({ device }: { device: DeviceView }) {
  const { data: whoami } = useQuery(whoamiQuery)
  const dialog = useDeviceDialog()
  const mayChange = mayAct(whoami, device.fleet.split('/')[0], 'operator')
  const button = (label: string, open: () => void, danger?: boolean) =>
    mayChange && (
      <Button variant={danger ? 'outline' : 'default'} color={danger ? 'red' : undefined} onClick={open}>
        {label}
      </Button>
    )
  return (
    <Stack gap="md">
      <Section title="Place" note="What this device is called, where it belongs, and what it follows." flush>
        <Setting title="Name" action={button('Rename', dialog.opener('rename'))}>
          {device.name}
        </Setting>
        <Setting title="Fleet" action={button('Move', dialog.opener('move'))}>
          {device.fleet}. A device that moves takes its name, its own variables and its history along.
        </Setting>
        <Setting
          title="Release"
          action={
            <Group gap="xs">
              {device.pinnedReleaseId && button('Follow the fleet', dialog.opener('unpin'))}
              {button(device.pinnedReleaseId ? 'Pin to another' : 'Pin to a release', dialog.opener('pin'))}
            </Group>
          }
        >
          {device.pinnedReleaseId ? (
            <>
              Pinned to <ReleaseVersion id={device.pinnedReleaseId} />; pushes to the fleet pass it by.
            </>
          ) : (
            'Follows the fleet: it runs the newest release that the fleet deploys.'
          )}
        </Setting>
      </Section>
      <Section title="Danger" flush>
        <Setting title="Remove" action={button('Remove device', dialog.opener('remove'), true)}>
          Its variables go with it, and its board is turned away until it is provisioned anew.
        </Setting>
      </Section>
      <DeviceDialogs device={device} dialog={dialog} />
    </Stack>
  )
}

function Setting({ title, action, children }: { title: string; action: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.setting}>
      <Text size="sm" fw={600} className={classes.title}>
        {title}
      </Text>
      <Text size="sm" c="dimmed" component="div" className={classes.text}>
        {children}
      </Text>
      {action}
    </div>
  )
}
