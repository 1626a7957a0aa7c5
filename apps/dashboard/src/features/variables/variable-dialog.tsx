import { Modal } from '@mantine/core'
import { VariableForm } from './variable-form.js'
import type { VariableDraft } from './variable-draft.js'

interface VariableDialogProps {
  of: 'fleet' | 'device'
  id: string
  services: string[]
  draft: VariableDraft | undefined
  onClose: () => void
}

export function VariableDialog({ draft, ...form }: VariableDialogProps) {
  const name = draft?.variable?.name ?? draft?.preset?.name
  const title = draft?.variable ? `Change ${name ?? ''}` : draft?.preset ? `Override ${name ?? ''}` : 'Add a variable'
  return (
    <Modal opened={draft !== undefined} onClose={form.onClose} title={title} size="lg">
      {draft && <VariableForm {...form} draft={draft} />}
    </Modal>
  )
}
