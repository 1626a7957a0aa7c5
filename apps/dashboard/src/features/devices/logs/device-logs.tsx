import type { DeviceView } from '@flotilla/contracts'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { deviceLogSource } from '../../../api/device-logs.js'
import { deviceQuery, reportedStateQuery, targetQuery } from '../../../api/devices.js'
import { LineFeed } from '../../../api/line-feed.js'
import { useLineFeed } from '../../../api/use-line-feed.js'
import { FailureNote } from '../../../components/failure-note.js'
import { LinesPanel } from '../../../components/lines/lines-panel.js'
import { count } from '../../../format/text.js'
import { serviceRows } from '../overview/service-rows.js'
import { logLine } from './log-line.js'
import { ServiceChoice } from './service-choice.js'

const route = getRouteApi('/inside/devices/$deviceId/logs')

export function DeviceLogs() {
  const { deviceId } = route.useParams()
  const { data: device } = useQuery(deviceQuery(deviceId))
  return device && <Logs device={device} />
}

function Logs({ device }: { device: DeviceView }) {
  const { service } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: state } = useQuery(reportedStateQuery(device))
  const { data: target } = useQuery(targetQuery(device))
  const feed = useMemo(() => new LineFeed(deviceLogSource(device.id, service)), [device.id, service])
  const { lines, phase, error, hasOlder, isLoadingOlder, retry } = useLineFeed(feed)
  const shown = useMemo(() => lines.map((line) => logLine(line, service === undefined)), [lines, service])
  const services = serviceRows(target?.target, state?.state).map((row) => row.name)
  const offline = device.connectivity !== 'online'
  return (
    <LinesPanel
      key={service ?? ''}
      label="Log"
      lines={shown}
      fileName={`${device.name}${service ? `-${service}` : ''}.log`}
      controls={
        <ServiceChoice
          services={services}
          value={service}
          onChange={(next) => void navigate({ search: next ? { service: next } : {}, replace: true })}
        />
      }
      failure={phase === 'failed' && <FailureNote title="Could not read the log" error={error} onRetry={retry} />}
      onNearStart={() => void feed.loadOlder()}
      empty={emptyText(phase, service, offline)}
      status={
        <>
          <span>
            {phase === 'following' ? (offline ? 'Following; the device is away' : 'Following') : 'Not following'}
          </span>
          <span>
            {count(lines.length, 'line')}
            {isLoadingOlder ? ', loading older ones' : hasOlder ? '; scroll up for older ones' : ''}
          </span>
        </>
      }
    />
  )
}

function emptyText(phase: string, service: string | undefined, offline: boolean): string {
  if (phase === 'loading') return 'Reading the log'
  if (service) return `${service} has not written anything yet.`
  return offline
    ? 'The device has sent no log yet. Lines appear as soon as it connects.'
    : 'Nothing was logged yet. What the services write appears here at once.'
}
