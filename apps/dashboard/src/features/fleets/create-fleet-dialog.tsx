import { Modal, Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

// With its schema the form brings zod along, which no first page needs.
const CreateFleetForm = lazy(async () => {
  const { config } = await import('zod')
  // zod would try whether it may compile schemas; the content security policy forbids it, and browsers complain aloud.
  config({ jitless: true })
  return { default: (await import('./create-fleet-form.js')).CreateFleetForm }
})

export function CreateFleetDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Create a fleet" size="md">
      <Suspense fallback={<Skeleton height={260} />}>
        <CreateFleetForm onClose={onClose} />
      </Suspense>
    </Modal>
  )
}
