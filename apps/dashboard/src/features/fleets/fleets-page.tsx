import type { FleetView, Page } from '@flotilla/contracts'
import { Button, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useQuery, type InfiniteData } from '@tanstack/react-query'
import { Plus, Search, Ship } from 'lucide-react'
import { useState } from 'react'
import { fleetsQuery } from '../../api/fleets.js'
import { useLiveUpdates } from '../../api/live.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { EmptyNote } from '../../components/empty-note.js'
import { Loaded } from '../../components/loaded.js'
import { MoreButton } from '../../components/more-button.js'
import { PageHeader } from '../../components/page-header.js'
import { usePageTitle } from '../../components/page-title.js'
import { CardSkeleton } from '../../components/skeletons.js'
import { CreateFleetDialog } from './create-fleet-dialog.js'
import { FleetCard } from './fleet-card.js'

const SEARCH_FROM = 7

export function FleetsPage() {
  usePageTitle('Fleets')
  useLiveUpdates({})
  const fleets = useInfiniteQuery(fleetsQuery())
  const { data: whoami } = useQuery(whoamiQuery)
  const [creating, { open, close }] = useDisclosure()
  const mayCreate = whoami?.memberships.some((one) => mayAct(whoami, one.organization, 'developer')) ?? false
  const create = mayCreate && (
    <Button leftSection={<Plus size={17} aria-hidden />} onClick={open}>
      Create fleet
    </Button>
  )
  return (
    <>
      <PageHeader
        title="Fleets"
        subtitle="Devices that run the same app, each fleet from its own git remote."
        actions={create}
      />
      <Loaded query={fleets} what="the fleets" skeleton={<CardsSkeleton />}>
        {(data) =>
          isEmpty(data) ? (
            <NoFleets onCreate={mayCreate ? open : undefined} />
          ) : (
            <Stack gap="md">
              <FleetCards fleets={data.pages.flatMap((page) => page.items)} />
              <MoreButton pages={fleets} label="Show more fleets" />
            </Stack>
          )
        }
      </Loaded>
      <CreateFleetDialog opened={creating} onClose={close} />
    </>
  )
}

function FleetCards({ fleets }: { fleets: FleetView[] }) {
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const shown = fleets.filter((fleet) => `${fleet.organization}/${fleet.name}`.includes(wanted))
  return (
    <>
      {fleets.length >= SEARCH_FROM && (
        <TextInput
          maw={320}
          leftSection={<Search size={16} aria-hidden />}
          placeholder="Search fleets"
          aria-label="Search fleets"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {shown.length === 0 && (
        <EmptyNote icon={Search} title={`No fleet is called like “${search}”`}>
          Search by a part of the name or of the organization.
        </EmptyNote>
      )}
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">
        {shown.map((fleet) => (
          <FleetCard key={fleet.id} fleet={fleet} />
        ))}
      </SimpleGrid>
    </>
  )
}

function NoFleets({ onCreate }: { onCreate?: () => void }) {
  return (
    <EmptyNote
      icon={Ship}
      title="No fleet yet"
      action={onCreate && <Button onClick={onCreate}>Create your first fleet</Button>}
    >
      {onCreate
        ? 'A fleet is a group of devices that run the same app. Create one, push a docker-compose app to it with git, and add boards with one command.'
        : 'A developer or administrator of your organization can create one.'}
    </EmptyNote>
  )
}

function CardsSkeleton() {
  return (
    <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">
      {[1, 2, 3].map((at) => (
        <CardSkeleton key={at} height={168} />
      ))}
    </SimpleGrid>
  )
}

function isEmpty(data: InfiniteData<Page<FleetView>>): boolean {
  return data.pages.every((page) => page.items.length === 0)
}
