import type { BuildView, ReleaseView } from '@flotilla/contracts'
import type { Tone } from '../../components/status-badge.js'

export interface StatusFace {
  tone: Tone
  label: string
  moving?: boolean
}

export function releaseStatus(release: Pick<ReleaseView, 'status' | 'invalidatedAt'>): StatusFace {
  if (release.invalidatedAt) return { tone: 'bad', label: 'Invalidated' }
  switch (release.status) {
    case 'building':
      return { tone: 'busy', label: 'Building', moving: true }
    case 'failed':
      return { tone: 'bad', label: 'Failed' }
    case 'draft':
      return { tone: 'warn', label: 'Draft' }
    case 'final':
      return { tone: 'good', label: 'Final' }
  }
}

export function buildStatus(build: Pick<BuildView, 'state' | 'queuePosition'>): StatusFace {
  switch (build.state) {
    case 'queued':
      return { tone: 'idle', label: queueLabel(build.queuePosition), moving: true }
    case 'running':
      return { tone: 'busy', label: 'Building', moving: true }
    case 'succeeded':
      return { tone: 'good', label: 'Built' }
    case 'failed':
      return { tone: 'bad', label: 'Failed' }
    case 'cancelled':
      return { tone: 'idle', label: 'Cancelled' }
  }
}

function queueLabel(before: number | undefined): string {
  if (before === undefined) return 'Waiting'
  if (before === 0) return 'Next in line'
  return before === 1 ? 'Waiting, 1 build before it' : `Waiting, ${before} builds before it`
}
