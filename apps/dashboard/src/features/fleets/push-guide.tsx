import type { FleetView } from '@flotilla/contracts'
import { Button, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { createApiKey } from '../../api/api-keys.js'
import { keys } from '../../api/keys.js'
import { CommandBlock } from '../../components/command-block.js'
import { FailureNote } from '../../components/failure-note.js'
import { SecretOnce } from '../../components/secret-once.js'

/** How an app comes to a fleet: the git commands, and the token that git asks for. */
export function PushGuide({ fleet }: { fleet: FleetView }) {
  return (
    <Stack gap="sm" ta="left" w="100%">
      <Text size="sm">In the folder of your app, with a docker-compose.yml or a Dockerfile in it:</Text>
      <CommandBlock
        label="Copy git commands"
        commands={[`git remote add flotilla ${fleet.gitUrl}`, `git push flotilla HEAD:${fleet.deployBranch}`]}
      />
      <Text size="sm" c="dimmed">
        Git asks for a user name (any will do) and a password: give it an API token. The build shows up in your
        terminal, and under Releases.
      </Text>
      <GitToken fleet={fleet} />
    </Stack>
  )
}

function GitToken({ fleet }: { fleet: FleetView }) {
  const queryClient = useQueryClient()
  const making = useMutation({
    mutationFn: () => createApiKey({ name: `git push to ${fleet.name}` }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.apiKeys }),
  })
  if (making.data) return <SecretOnce label="API token" secret={making.data.token} />
  return (
    <>
      {making.error && <FailureNote title="Could not make a token" error={making.error} />}
      <Button
        variant="default"
        w="fit-content"
        leftSection={<KeyRound size={15} aria-hidden />}
        loading={making.isPending}
        onClick={() => making.mutate()}
      >
        Make an API token
      </Button>
    </>
  )
}
