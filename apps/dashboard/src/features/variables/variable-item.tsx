import type { VariableView } from '@flotilla/contracts'
import { ActionIcon, Badge, Button, Group, Table, Text, Tooltip } from '@mantine/core'
import { Lock, Pencil, Trash2 } from 'lucide-react'
import { Age } from '../../components/age.js'
import { Cell } from '../../components/stacking-table.js'
import { CopyButton } from '../../components/copy-button.js'
import type { VariableDraft } from './variable-draft.js'
import classes from './variable-item.module.css'
import type { VariableRow } from './variable-rows.js'

interface VariableItemProps {
  row: VariableRow
  readOnly: boolean
  onEdit: (draft: VariableDraft) => void
  onRemove: (variable: VariableView) => void
}

export function VariableItem({ row, readOnly, onEdit, onRemove }: VariableItemProps) {
  const { variable, inherited, overridden } = row
  return (
    <Table.Tr className={classes.row} data-overridden={overridden || undefined}>
      <Cell>
        <Group gap={6} style={{ rowGap: 2 }}>
          <code className={classes.name}>{variable.name}</code>
          {variable.kind === 'config' && (
            <Badge size="sm" variant="default">
              config
            </Badge>
          )}
          {inherited && (
            <Badge size="sm" variant="default">
              {overridden ? 'fleet, overridden' : 'from the fleet'}
            </Badge>
          )}
        </Group>
      </Cell>
      <Cell label="Value">
        <Value variable={variable} />
      </Cell>
      <Cell label="Reaches">{variable.service ?? (variable.kind === 'config' ? 'the device' : 'every service')}</Cell>
      <Cell label="Changed">
        <Age at={variable.updatedAt} />
      </Cell>
      <Cell>
        {!readOnly && (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            {inherited ? (
              !overridden && (
                <Button size="compact-sm" variant="subtle" onClick={() => onEdit(override(variable))}>
                  Override
                </Button>
              )
            ) : (
              <>
                <Tooltip label="Change">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Change ${variable.name}`}
                    onClick={() => onEdit({ variable })}
                  >
                    <Pencil size={16} aria-hidden />
                  </ActionIcon>
                </Tooltip>
                <Tooltip label="Delete">
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    aria-label={`Delete ${variable.name}`}
                    onClick={() => onRemove(variable)}
                  >
                    <Trash2 size={16} aria-hidden />
                  </ActionIcon>
                </Tooltip>
              </>
            )}
          </Group>
        )}
      </Cell>
    </Table.Tr>
  )
}

function override({ name, service, kind, secret }: VariableView): VariableDraft {
  return { preset: { name, service, kind, secret } }
}

function Value({ variable }: { variable: VariableView }) {
  if (variable.secret) {
    return (
      <Group gap={6} c="dimmed" wrap="nowrap">
        <Lock size={14} aria-hidden />
        <Text size="sm" aria-label="Secret, not shown">
          ••••••••
        </Text>
      </Group>
    )
  }
  if (!variable.value) {
    return (
      <Text size="sm" c="dimmed">
        empty
      </Text>
    )
  }
  return (
    <Group gap={4} wrap="nowrap">
      <code className={classes.value} title={variable.value}>
        {variable.value}
      </code>
      <CopyButton value={variable.value} label="Copy value" />
    </Group>
  )
}
