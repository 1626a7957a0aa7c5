import { Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import type { BuildView } from '@flotilla/contracts'
import { buildQuery, isOver } from '../../api/builds.js'
import { Elapsed } from '../../components/age.js'
import { Loaded } from '../../components/loaded.js'
import { Section } from '../../components/section.js'
import { CardSkeleton } from '../../components/skeletons.js'
import { StatusBadge } from '../../components/status-badge.js'
import { buildStatus } from '../releases/release-status.js'
import { BuildOutput } from './build-output.js'
import { CancelBuild } from './cancel-build.js'

/** A build: how it stands, and what it says as it says it. */
export function BuildPanel({ buildId, opened }: { buildId: string; opened: boolean }) {
  const build = useQuery(buildQuery(buildId))
  const [shown, { toggle }] = useDisclosure(opened)
  return (
    <Loaded query={build} what="the build" skeleton={<CardSkeleton height={140} />}>
      {(value) => (
        <Section
          title="Build"
          note={<BuildFacts build={value} />}
          actions={
            <Group gap="xs">
              <CancelBuild build={value} />
              <Button
                variant="default"
                aria-expanded={shown}
                leftSection={shown ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
                onClick={toggle}
              >
                {shown ? 'Hide output' : 'Show output'}
              </Button>
            </Group>
          }
        >
          {shown && <BuildOutput build={value} />}
        </Section>
      )}
    </Loaded>
  )
}

function BuildFacts({ build }: { build: BuildView }) {
  const { tone, label, moving } = buildStatus(build)
  return (
    <Group gap="sm" style={{ rowGap: 4 }} mt={4}>
      <StatusBadge tone={tone} moving={moving}>
        {label}
      </StatusBadge>
      {build.startedAt ? (
        <Text span size="sm">
          {build.endedAt ? 'took ' : 'for '}
          <Elapsed from={build.startedAt} to={build.endedAt} />
        </Text>
      ) : (
        <Text span size="sm">
          in the queue for <Elapsed from={build.queuedAt} to={build.endedAt} />
        </Text>
      )}
      {build.attempt > 1 && (
        <Text span size="sm">
          attempt {build.attempt}
        </Text>
      )}
      {build.reason && !isOver(build) && (
        <Text span size="sm">
          {build.reason}
        </Text>
      )}
    </Group>
  )
}
