import type { BuildView } from '@flotilla/contracts'
import { Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { cancelBuild, isOver } from '../../api/builds.js'
import { fleetQuery } from '../../api/fleets.js'
import { keys } from '../../api/keys.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { ConfirmDialog } from '../../components/confirm-dialog.js'
import { tellDone } from '../../components/notices.js'

export function CancelBuild({ build }: { build: BuildView }) {
  const queryClient = useQueryClient()
  const { data: whoami } = useQuery(whoamiQuery)
  const { data: fleet } = useQuery(fleetQuery(build.fleetId))
  const [asking, { open, close }] = useDisclosure()
  if (isOver(build) || !mayAct(whoami, fleet?.organizationId, 'developer')) return null
  const cancel = async () => {
    const cancelled = await cancelBuild(build.id)
    queryClient.setQueryData(keys.builds.one(build.id), cancelled)
    tellDone('The build is being cancelled.')
  }
  return (
    <>
      <Button variant="outline" color="red" onClick={open}>
        Cancel build
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={close}
        title="Cancel this build?"
        confirm="Cancel build"
        danger
        action={cancel}
      >
        <Text size="sm">The release fails, and what was built so far is thrown away. Push again to build anew.</Text>
      </ConfirmDialog>
    </>
  )
}
