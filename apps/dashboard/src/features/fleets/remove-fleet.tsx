import type { FleetView } from '@flotilla/contracts'
import { Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { removeFleet } from '../../api/fleets.js'
import { ConfirmDialog } from '../../components/confirm-dialog.js'
import { tellDone, tellFailure } from '../../components/notices.js'
import { Section } from '../../components/section.js'
import { count } from '../../format/text.js'

export function RemoveFleet({ fleet }: { fleet: FleetView }) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const [asking, { open, close }] = useDisclosure()
  const remove = async () => {
    // First away: its own page would ask for a fleet that is no more.
    await router.navigate({ to: '/fleets' })
    try {
      await removeFleet(fleet.id)
      tellDone(`The fleet ${fleet.name} is deleted.`)
    } catch (error) {
      tellFailure(`The fleet ${fleet.name} is still there`, error)
    }
    await queryClient.invalidateQueries({ queryKey: ['fleets'] })
  }
  const { total } = fleet.deviceCounts
  return (
    <Section title="Delete this fleet">
      <Group justify="space-between" gap="md">
        <Text size="sm" c="dimmed" maw={560}>
          {total > 0
            ? `Its ${count(total, 'device')} must be moved or removed first.`
            : 'Its releases, variables and provisioning keys are deleted with it. This cannot be undone.'}
        </Text>
        <Button color="red" variant="outline" disabled={total > 0} onClick={open}>
          Delete fleet
        </Button>
      </Group>
      <ConfirmDialog
        opened={asking}
        onClose={close}
        title={`Delete ${fleet.name}?`}
        confirm="Delete fleet"
        danger
        typed={fleet.name}
        action={remove}
      >
        <Text size="sm">Its releases, variables and provisioning keys are deleted with it. This cannot be undone.</Text>
      </ConfirmDialog>
    </Section>
  )
}
