import type { FleetView } from '@flotilla/contracts'
import { Button, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { provisioningKeysQuery, revokeProvisioningKey, type ProvisioningKeyView } from '../../api/fleets.js'
import { keys } from '../../api/keys.js'
import { Age } from '../../components/age.js'
import { useClock } from '../../components/clock.js'
import { ConfirmDialog } from '../../components/confirm-dialog.js'
import { EmptyNote } from '../../components/empty-note.js'
import { Loaded } from '../../components/loaded.js'
import { Section } from '../../components/section.js'
import { RowsSkeleton } from '../../components/skeletons.js'
import { Cell, StackingTable } from '../../components/stacking-table.js'
import { StatusBadge } from '../../components/status-badge.js'
import { describeDate } from '../../format/age.js'
import { CreateKeyDialog } from './create-key-dialog.js'
import { keyStatus } from './key-status.js'

export function ProvisioningKeys({ fleet, readOnly }: { fleet: FleetView; readOnly: boolean }) {
  const list = useQuery(provisioningKeysQuery(fleet.id))
  const [creating, { open, close }] = useDisclosure()
  const [revoking, setRevoking] = useState<ProvisioningKeyView>()
  const queryClient = useQueryClient()
  const revoke = async () => {
    if (!revoking) return
    await revokeProvisioningKey(revoking.id)
    await queryClient.invalidateQueries({ queryKey: keys.fleets.provisioningKeys(fleet.id) })
  }
  return (
    <Section
      title="Provisioning keys"
      note="A board that knows such a key may join this fleet by itself."
      flush
      actions={
        !readOnly && (
          <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={open}>
            Create key
          </Button>
        )
      }
    >
      <Loaded query={list} what="the provisioning keys" skeleton={<RowsSkeleton rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyNote bare icon={KeyRound} title="No key yet">
              Create one to get the command that adds boards to this fleet.
            </EmptyNote>
          ) : (
            <KeyTable items={items} onRevoke={readOnly ? undefined : setRevoking} />
          )
        }
      </Loaded>
      <CreateKeyDialog fleet={fleet} opened={creating} onClose={close} />
      <ConfirmDialog
        opened={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={`Revoke “${revoking?.name ?? ''}”?`}
        confirm="Revoke key"
        danger
        action={revoke}
      >
        <Text size="sm">No more boards can join with it. Those that did already stay.</Text>
      </ConfirmDialog>
    </Section>
  )
}

function KeyTable({
  items,
  onRevoke,
}: {
  items: ProvisioningKeyView[]
  onRevoke?: (key: ProvisioningKeyView) => void
}) {
  return (
    <StackingTable label="Provisioning keys" heads={['Name', 'State', 'Boards joined', 'Expires', 'Created', '']}>
      {items.map((key) => (
        <KeyRow key={key.id} item={key} onRevoke={onRevoke} />
      ))}
    </StackingTable>
  )
}

function KeyRow({ item, onRevoke }: { item: ProvisioningKeyView; onRevoke?: (key: ProvisioningKeyView) => void }) {
  const status = useClock((now) => keyStatus(item, now))
  return (
    <Table.Tr>
      <Cell>
        <Text size="sm" fw={600}>
          {item.name}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace">
          {item.prefix}…
        </Text>
      </Cell>
      <Cell label="State">
        <StatusBadge tone={status === 'Active' ? 'good' : 'idle'}>{status}</StatusBadge>
      </Cell>
      <Cell label="Boards" data-numbers>
        {item.maxUses ? `${item.uses} of ${item.maxUses}` : item.uses}
      </Cell>
      <Cell label="Expires">{item.expiresAt ? describeDate(item.expiresAt) : 'Never'}</Cell>
      <Cell label="Created">
        <Age at={item.createdAt} />
      </Cell>
      <Cell ta="right">
        {onRevoke && status === 'Active' && (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => onRevoke(item)}>
            Revoke
          </Button>
        )}
      </Cell>
    </Table.Tr>
  )
}
