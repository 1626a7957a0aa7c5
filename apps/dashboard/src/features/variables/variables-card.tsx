import type { VariableView } from '@flotilla/contracts'
import { Button, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Variable } from 'lucide-react'
import { useState } from 'react'
import { removeVariable, variablesQuery } from '../../api/variables.js'
import { ConfirmDialog } from '../../components/confirm-dialog.js'
import { EmptyNote } from '../../components/empty-note.js'
import { Loaded } from '../../components/loaded.js'
import { Section } from '../../components/section.js'
import { RowsSkeleton } from '../../components/skeletons.js'
import { StackingTable } from '../../components/stacking-table.js'
import { VariableDialog } from './variable-dialog.js'
import type { VariableDraft } from './variable-draft.js'
import { VariableItem } from './variable-item.js'
import { variableRows } from './variable-rows.js'

interface VariablesCardProps {
  of: 'fleet' | 'device'
  id: string
  /** Names to offer for one service alone. */
  services: string[]
  readOnly: boolean
  note: string
}

export function VariablesCard({ of, id, services, readOnly, note }: VariablesCardProps) {
  const place = of === 'fleet' ? { fleet: id } : { device: id }
  const list = useQuery(variablesQuery(place))
  const queryClient = useQueryClient()
  const [draft, setDraft] = useState<VariableDraft>()
  const [removing, setRemoving] = useState<VariableView>()
  const remove = async () => {
    if (!removing) return
    await removeVariable(removing.id)
    await queryClient.invalidateQueries({ queryKey: ['variables'] })
  }
  const add = !readOnly && (
    <Button leftSection={<Plus size={16} aria-hidden />} variant="default" onClick={() => setDraft({})}>
      Add variable
    </Button>
  )
  return (
    <Section title="Variables" note={note} actions={add} flush>
      <Loaded query={list} what="the variables" skeleton={<RowsSkeleton rows={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyNote bare icon={Variable} title="No variable yet">
              {readOnly ? 'None is set here.' : 'Variables reach the services as environment, without a new release.'}
            </EmptyNote>
          ) : (
            <StackingTable label="Variables" heads={['Name', 'Value', 'Reaches', 'Changed', '']}>
              {variableRows(items, of).map((row) => (
                <VariableItem
                  key={row.variable.id}
                  row={row}
                  readOnly={readOnly}
                  onEdit={setDraft}
                  onRemove={setRemoving}
                />
              ))}
            </StackingTable>
          )
        }
      </Loaded>
      <VariableDialog of={of} id={id} services={services} draft={draft} onClose={() => setDraft(undefined)} />
      <ConfirmDialog
        opened={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title={`Delete ${removing?.name ?? ''}?`}
        confirm="Delete variable"
        danger
        action={remove}
      >
        <Text size="sm">Services that use it restart without it.</Text>
      </ConfirmDialog>
    </Section>
  )
}
