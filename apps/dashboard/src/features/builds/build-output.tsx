import type { BuildView } from '@flotilla/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { buildOutputSource, isOver } from '../../api/builds.js'
import { LineFeed } from '../../api/line-feed.js'
import { useLineFeed } from '../../api/use-line-feed.js'
import { FailureNote } from '../../components/failure-note.js'
import { LinesPanel } from '../../components/lines/lines-panel.js'
import { count } from '../../format/text.js'
import { buildLine, buildSteps } from './build-lines.js'
import { BuildSteps } from './build-steps.js'

const KEPT = 50_000

export function BuildOutput({ build }: { build: BuildView }) {
  const queryClient = useQueryClient()
  const [service, setService] = useState<string>()
  const feed = useMemo(
    () =>
      // What the end of a build changes, its release and fleet too, is told by the page's stream of changes.
      new LineFeed(
        buildOutputSource(build.id, () => void queryClient.invalidateQueries({ queryKey: ['builds'] })),
        KEPT,
      ),
    [build.id, queryClient],
  )
  const { lines, phase, error, retry } = useLineFeed(feed)
  const steps = useMemo(() => buildSteps(lines), [lines])
  const shown = useMemo(
    () => lines.filter((line) => service === undefined || line.service === service).map(buildLine),
    [lines, service],
  )
  return (
    <LinesPanel
      key={service ?? ''}
      label="Build output"
      lines={shown}
      fileName={`build-${build.id}.log`}
      controls={<BuildSteps steps={steps} over={isOver(build)} value={service} onChange={setService} />}
      failure={phase === 'failed' && <FailureNote title="Could not read the output" error={error} onRetry={retry} />}
      empty={build.state === 'queued' ? 'The build waits for its turn.' : 'The build has not said anything yet.'}
      status={
        <>
          <span>{phase === 'ended' || isOver(build) ? 'The build is over' : 'Following'}</span>
          <span>{count(lines.length, 'line')}</span>
        </>
      }
    />
  )
}
