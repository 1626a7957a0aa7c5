import { Tooltip } from '@mantine/core'
import { useLiveStatus, type LiveStatus } from '../api/live-status.js'
import { StatusBadge, type Tone } from '../components/status-badge.js'

const FACES: Record<Exclude<LiveStatus, 'idle'>, { tone: Tone; label: string; meaning: string }> = {
  live: { tone: 'good', label: 'Live', meaning: 'Changes appear as they happen.' },
  connecting: { tone: 'idle', label: 'Connecting', meaning: 'Waiting for the server.' },
  lost: { tone: 'bad', label: 'Reconnecting', meaning: 'The server does not answer: what you see may be old.' },
}

/** Whether what is on the screen is the present. */
export function LiveIndicator() {
  const status = useLiveStatus()
  if (status === 'idle') return null
  const { tone, label, meaning } = FACES[status]
  return (
    <Tooltip label={meaning}>
      <span role="status" tabIndex={0}>
        <StatusBadge tone={tone} plain moving={tone !== 'good'}>
          {label}
        </StatusBadge>
      </span>
    </Tooltip>
  )
}
