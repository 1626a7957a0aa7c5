import type { FleetView } from '@flotilla/contracts'
import { Button, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { updateFleet } from '../../api/fleets.js'
import { updateRelease, type ReleaseDetail } from '../../api/releases.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { ConfirmDialog } from '../../components/confirm-dialog.js'
import { tellDone } from '../../components/notices.js'
import { count } from '../../format/text.js'

type Action = 'finalize' | 'invalidate' | 'pin' | 'unpin'

/** What one may do with a release; each says what it means for the devices before it is done. */
export function ReleaseActions({ release, fleet }: { release: ReleaseDetail; fleet: FleetView }) {
  const { data: whoami } = useQuery(whoamiQuery)
  const [asked, setAsked] = useState<Action>()
  if (!mayAct(whoami, fleet.organizationId, 'developer')) return null
  const isFinal = release.status === 'final' && !release.invalidatedAt
  const isPinned = fleet.pinned && fleet.targetReleaseId === release.id
  return (
    <>
      {(isFinal || release.status === 'draft') && !release.invalidatedAt && (
        <Button variant="outline" color="red" onClick={() => setAsked('invalidate')}>
          Invalidate
        </Button>
      )}
      {isFinal && !isPinned && (
        <Button variant="default" onClick={() => setAsked('pin')}>
          Pin fleet to it
        </Button>
      )}
      {isPinned && (
        <Button variant="default" onClick={() => setAsked('unpin')}>
          Follow the newest again
        </Button>
      )}
      {release.status === 'draft' && !release.invalidatedAt && (
        <Button onClick={() => setAsked('finalize')}>Finalize and deploy</Button>
      )}
      <ReleaseDialogs release={release} fleet={fleet} asked={asked} onClose={() => setAsked(undefined)} />
    </>
  )
}

interface ReleaseDialogsProps {
  release: ReleaseDetail
  fleet: FleetView
  asked: Action | undefined
  onClose: () => void
}

function ReleaseDialogs({ release, fleet, asked, onClose }: ReleaseDialogsProps) {
  const queryClient = useQueryClient()
  const devices = count(fleet.deviceCounts.total, 'device')
  const run = (change: () => Promise<unknown>, done: string) => async () => {
    await change()
    tellDone(done)
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: ['releases'] }),
      queryClient.invalidateQueries({ queryKey: ['fleets'] }),
    ])
  }
  return (
    <>
      <ConfirmDialog
        opened={asked === 'finalize'}
        onClose={onClose}
        title={`Finalize ${release.version}?`}
        confirm="Finalize and deploy"
        action={run(() => updateRelease(release.id, { status: 'final' }), `${release.version} is final.`)}
      >
        <Text size="sm">
          {fleet.pinned
            ? `${fleet.name} is pinned to another release, so no device changes until the pin is taken off.`
            : `${fleet.name} takes it up: its ${devices} update to it, except those that are pinned.`}
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'invalidate'}
        onClose={onClose}
        title={`Invalidate ${release.version}?`}
        confirm="Invalidate release"
        danger
        action={run(() => updateRelease(release.id, { invalidated: true }), `${release.version} is invalidated.`)}
      >
        <Text size="sm">It is never chosen for a device again. Its images and its history stay.</Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'pin'}
        onClose={onClose}
        title={`Pin ${fleet.name} to ${release.version}?`}
        confirm="Pin fleet"
        action={run(
          () => updateFleet(fleet.id, { pinnedReleaseId: release.id }),
          `${fleet.name} is pinned to ${release.version}.`,
        )}
      >
        <Text size="sm">
          Its {devices} change to this release and stay on it, whatever is pushed, until it is unpinned.
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'unpin'}
        onClose={onClose}
        title={`Let ${fleet.name} follow the newest release?`}
        confirm="Follow the newest"
        action={run(() => updateFleet(fleet.id, { pinnedReleaseId: null }), `${fleet.name} follows the newest again.`)}
      >
        <Text size="sm">Its devices change to the newest final release, and take every later one.</Text>
      </ConfirmDialog>
    </>
  )
}
