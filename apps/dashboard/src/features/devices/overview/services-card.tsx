import type { DeviceView } from '@flotilla/contracts'
import { Boxes } from 'lucide-react'
import { Age } from '../../../components/age.js'
import { EmptyNote } from '../../../components/empty-note.js'
import { Section } from '../../../components/section.js'
import { count } from '../../../format/text.js'
import { ServiceItem } from './service-item.js'
import type { ServiceRow } from './service-rows.js'
import classes from './services-card.module.css'

/** Each service: what the device says of it beside what it should be. */
export function ServicesCard({ device, rows }: { device: DeviceView; rows: ServiceRow[] }) {
  if (rows.length === 0) {
    return (
      <Section title="Services">
        <EmptyNote bare icon={Boxes} title="No services">
          {device.targetReleaseId
            ? 'The device has not reported yet.'
            : 'Push an app to the fleet: its services appear here as the device takes them up.'}
        </EmptyNote>
      </Section>
    )
  }
  return (
    <Section title="Services" note={<Note device={device} rows={rows} />} flush>
      <div role="table" aria-label="Services">
        <div role="rowgroup">
          <div role="row" className={`${classes.row} ${classes.head}`}>
            <span role="columnheader">Service</span>
            <span role="columnheader">Status</span>
            <span role="columnheader">Image</span>
            <span role="columnheader">Since</span>
            <span role="columnheader">Restarts</span>
          </div>
        </div>
        <div role="rowgroup">
          {rows.map((row) => (
            <ServiceItem key={`${row.appId} ${row.name}`} row={row} deviceId={device.id} />
          ))}
        </div>
      </div>
    </Section>
  )
}

/** Of a device that is away nobody knows what runs on it now. */
function Note({ device, rows }: { device: DeviceView; rows: ServiceRow[] }) {
  if (device.connectivity === 'online' || !device.reportedAt) {
    return `${count(rows.length, 'service')}, what runs beside what should run.`
  }
  return (
    <>
      As the device last reported, <Age at={device.reportedAt} />; it is away since.
    </>
  )
}
