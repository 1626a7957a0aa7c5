import { Modal, Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

// With its schema it brings zod along, which no other first page needs.
const CreateFleetForm = lazy(() =>
  import('./create-fleet-form.js').then((module) => ({ default: module.CreateFleetForm })),
)

export function CreateFleetDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create a fleet" size="md">
      <Suspense fallback={<Skeleton height={260} />}>
        <CreateFleetForm onClose={onClose} />
      </Suspense>
    </Modal>
  )
}
