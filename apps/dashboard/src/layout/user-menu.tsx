import { Avatar, Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { ChevronsUpDown, KeyRound, LogOut } from 'lucide-react'
import { signOut, whoamiQuery } from '../api/session.js'
import { tellFailure } from '../components/notices.js'
import classes from './user-menu.module.css'

export function UserMenu() {
  const router = useRouter()
  const { data: whoami } = useQuery(whoamiQuery)
  if (!whoami) return null
  const { name, email } = whoami.user
  const leave = async () => {
    try {
      await signOut()
      await router.navigate({ to: '/sign-in', search: {} })
    } catch (error) {
      tellFailure('Could not sign out', error)
    }
  }
  return (
    <Menu position="top-start" width={212} shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.button}>
          <VisuallyHidden>Signed in as</VisuallyHidden>
          <Avatar size={30} radius="xl" color="harbor" name={name || email} aria-hidden />
          <span className={classes.who}>
            <Text size="sm" fw={600} truncate>
              {name || email}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {whoami.memberships.map((one) => one.organization).join(', ') || email}
            </Text>
          </span>
          <ChevronsUpDown size={15} aria-hidden className={classes.chevron} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{email}</Menu.Label>
        <Menu.Item leftSection={<KeyRound size={15} />} onClick={() => void router.navigate({ to: '/account' })}>
          Account and tokens
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={15} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
