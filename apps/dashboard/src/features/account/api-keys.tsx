import { Button, Table, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { apiKeysQuery, removeApiKey, type ApiKeyView } from '../../api/api-keys.js'
import { keys } from '../../api/keys.js'
import { Age } from '../../components/age.js'
import { ConfirmDialog } from '../../components/confirm-dialog.js'
import { EmptyNote } from '../../components/empty-note.js'
import { Loaded } from '../../components/loaded.js'
import { Section } from '../../components/section.js'
import { RowsSkeleton } from '../../components/skeletons.js'
import { Cell, StackingTable } from '../../components/stacking-table.js'
import { describeDate } from '../../format/age.js'
import { CreateApiKeyDialog } from './create-api-key-dialog.js'

export function ApiKeys() {
  const list = useQuery(apiKeysQuery)
  const queryClient = useQueryClient()
  const [creating, { open, close }] = useDisclosure()
  const [revoking, setRevoking] = useState<ApiKeyView>()
  const revoke = async () => {
    if (!revoking) return
    await removeApiKey(revoking.id)
    await queryClient.invalidateQueries({ queryKey: keys.apiKeys })
  }
  return (
    <Section
      title="API tokens"
      note="For git push, the command line and your own programs. A token acts as you."
      flush
      actions={
        <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={open}>
          Create token
        </Button>
      }
    >
      <Loaded query={list} what="the tokens" skeleton={<RowsSkeleton rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyNote bare icon={KeyRound} title="No token yet">
              Create one and give it to git as the password of your first push.
            </EmptyNote>
          ) : (
            <StackingTable label="API tokens" heads={['Name', 'Last used', 'Expires', 'Created', '']}>
              {items.map((item) => (
                <ApiKeyRow key={item.id} item={item} onRevoke={() => setRevoking(item)} />
              ))}
            </StackingTable>
          )
        }
      </Loaded>
      <CreateApiKeyDialog opened={creating} onClose={close} />
      <ConfirmDialog
        opened={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={`Revoke “${revoking?.name ?? ''}”?`}
        confirm="Revoke token"
        danger
        action={revoke}
      >
        <Text size="sm">Whatever uses it is turned away from now on.</Text>
      </ConfirmDialog>
    </Section>
  )
}

function ApiKeyRow({ item, onRevoke }: { item: ApiKeyView; onRevoke: () => void }) {
  return (
    <Table.Tr>
      <Cell>
        <Text size="sm" fw={600}>
          {item.name}
        </Text>
        <Text size="xs" c="dimmed">
          <span style={{ fontFamily: 'var(--mantine-font-family-monospace)' }}>{item.prefix}…</span>
          {item.role && ` as ${item.role} at most`}
        </Text>
      </Cell>
      <Cell label="Last used">{item.lastUsedAt ? <Age at={item.lastUsedAt} /> : 'Never'}</Cell>
      <Cell label="Expires">{item.expiresAt ? describeDate(item.expiresAt) : 'Never'}</Cell>
      <Cell label="Created">
        <Age at={item.createdAt} />
      </Cell>
      <Cell ta="right">
        <Button size="compact-sm" variant="subtle" color="red" onClick={onRevoke}>
          Revoke
        </Button>
      </Cell>
    </Table.Tr>
  )
}
