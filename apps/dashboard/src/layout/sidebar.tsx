import { Group, ScrollArea, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { createLink, type LinkComponent } from '@tanstack/react-router'
import { KeyRound, Ship, type LucideIcon } from 'lucide-react'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import { fleetsQuery } from '../api/fleets.js'
import { ColorSchemeSwitch } from './color-scheme-switch.js'
import { LiveIndicator } from './live-indicator.js'
import { Logo } from './logo.js'
import classes from './sidebar.module.css'
import { UserMenu } from './user-menu.js'

const SHOWN_FLEETS = 12

export function Sidebar() {
  return (
    <>
      <Group px="md" h={60} gap="sm" visibleFrom="sm" wrap="nowrap">
        <Logo />
        <Text fw={700} size="lg" flex={1}>
          Flotilla
        </Text>
        <LiveIndicator />
      </Group>
      <ScrollArea flex={1} px="sm" pt={{ base: 'sm', sm: 4 }}>
        <nav aria-label="Main" className={classes.links}>
          <SideLink to="/fleets" activeOptions={{ exact: true }}>
            <Icon of={Ship} /> Fleets
          </SideLink>
          <FleetLinks />
          <SideLink to="/account">
            <Icon of={KeyRound} /> Account and tokens
          </SideLink>
        </nav>
      </ScrollArea>
      <Stack gap="sm" p="sm" className={classes.foot}>
        <ColorSchemeSwitch />
        <UserMenu />
      </Stack>
    </>
  )
}

/** The first fleets, so that going from one to another takes one click. */
function FleetLinks() {
  const { data } = useInfiniteQuery(fleetsQuery())
  const fleets = data?.pages[0]?.items.slice(0, SHOWN_FLEETS) ?? []
  return fleets.map((fleet) => (
    <SideLink key={fleet.id} to="/fleets/$fleetId" params={{ fleetId: fleet.id }} data-inner>
      <span className={classes.name}>{fleet.name}</span>
      {fleet.deviceCounts.total > 0 && (
        <span
          className={classes.count}
          title={`${fleet.deviceCounts.online} of ${fleet.deviceCounts.total} devices online`}
        >
          {fleet.deviceCounts.online}/{fleet.deviceCounts.total}
        </span>
      )}
    </SideLink>
  ))
}

function Icon({ of: Shape }: { of: LucideIcon }): ReactNode {
  return <Shape size={17} aria-hidden className={classes.icon} />
}

const PlainSideLink = (props: ComponentPropsWithRef<'a'> & { 'data-inner'?: boolean }) => (
  <a {...props} className={classes.link} />
)
const CreatedSideLink = createLink(PlainSideLink)
const SideLink: LinkComponent<typeof PlainSideLink> = (props) => <CreatedSideLink {...props} />
