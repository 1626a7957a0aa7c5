import type { DeviceView, ReportedState } from '@flotilla/contracts'
import { Text } from '@mantine/core'
import { Age } from '../../../components/age.js'
import { Facts } from '../../../components/facts.js'
import { Section } from '../../../components/section.js'
import { describeTransfers } from './download-text.js'

/** What the board's system says of itself. */
export function HostCard({ device, reported }: { device: DeviceView; reported?: ReportedState }) {
  const { host, supervisor, transfers } = reported?.state ?? {}
  return (
    <Section title="System">
      {host || supervisor || device.supervisorVersion ? (
        <Facts
          of={[
            ['Addresses', host?.addresses],
            ['Operating system', host?.os],
            ['Kernel', host?.kernel],
            ['Container engine', host?.engine],
            ['Supervisor', device.supervisorVersion ?? supervisor?.version],
            ['Running since', supervisor?.startedAt && <Age key="since" at={supervisor.startedAt} />],
            ['Downloads', transfers && describeTransfers(transfers)],
            ['Target', generations(device)],
          ]}
        />
      ) : (
        <Text size="sm" c="dimmed">
          The device has not said anything of its system yet.
        </Text>
      )}
    </Section>
  )
}

function generations({ targetGeneration, reportedGeneration }: DeviceView): string {
  if (reportedGeneration === undefined) return `generation ${targetGeneration}, not yet taken`
  if (reportedGeneration === targetGeneration) return `generation ${targetGeneration}, taken`
  return `generation ${targetGeneration}; the device has ${reportedGeneration}`
}
