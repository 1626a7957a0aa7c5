import { Button } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type CSSProperties, type ReactNode } from 'react'
import { LineRow } from './line-row.js'
import classes from './line-viewer.module.css'
import type { ViewerLine } from './viewer-line.js'

interface LineViewerProps {
  lines: ViewerLine[]
  label: string
  wrap: boolean
  /** Lower case; where it occurs is marked. */
  search: string
  /** Called when the reader comes near the first line. */
  onNearStart?: () => void
  /** Stands where there are no lines. */
  empty: ReactNode
  /** Says in words what the viewer does; read out by screen readers as it changes. */
  status?: ReactNode
}

const ROW_HEIGHT = 20
const NEAR = 400
const END = 40

/**
 * Lines of a log or a build, drawn as far as they are seen. Stays at the last line while the reader is there; scrolling
 * up stops that, and nothing moves under the reader's eyes while lines come in at either end.
 */
export function LineViewer({ lines, label, wrap, search, onNearStart, empty, status }: LineViewerProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  // Where the reader stopped following, to say how many lines came since.
  const [leftAt, setLeftAt] = useState<string>()
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is memoised: it draws with every change
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((index: number) => lines[index]?.id ?? index, [lines]),
    overscan: 20,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END,
  })
  const last = lines.at(-1)?.id
  const sourceWidth = useMemo(() => widestSource(lines), [lines])
  useEffect(() => {
    if (following) virtualizer.scrollToEnd({ behavior: 'auto' })
  }, [following, virtualizer, wrap, search])

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= END
    if (atEnd !== following) {
      setFollowing(atEnd)
      setLeftAt(atEnd ? undefined : last)
    }
    if (element.scrollTop < NEAR) onNearStart?.()
  }
  const resume = () => {
    setFollowing(true)
    setLeftAt(undefined)
    virtualizer.scrollToEnd({ behavior: 'auto' })
  }

  return (
    <div className={classes.viewer}>
      <div
        ref={scroller}
        className={classes.scroller}
        data-wrap={wrap || undefined}
        style={{ '--source-width': `${sourceWidth}ch` } as CSSProperties}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
      >
        {lines.length === 0 ? (
          <div className={classes.empty}>{empty}</div>
        ) : (
          <div className={classes.canvas} style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((item) => {
              const line = lines[item.index]
              return (
                line && (
                  <div
                    key={item.key}
                    data-index={item.index}
                    ref={virtualizer.measureElement}
                    className={classes.slot}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <LineRow line={line} search={search} />
                  </div>
                )
              )
            })}
          </div>
        )}
      </div>
      {!following && lines.length > 0 && (
        <Button size="compact-sm" className={classes.resume} leftSection={<ArrowDown size={14} />} onClick={resume}>
          {newLines(lines, leftAt)}
        </Button>
      )}
      {status && (
        <div className={classes.status} role="status">
          {status}
        </div>
      )}
    </div>
  )
}

const WIDEST_SOURCE = 20

function widestSource(lines: ViewerLine[]): number {
  return lines.reduce((widest, { source = '' }) => Math.min(WIDEST_SOURCE, Math.max(widest, source.length)), 4)
}

function newLines(lines: ViewerLine[], leftAt: string | undefined): string {
  const since = lines.length - 1 - lines.findLastIndex((line) => line.id === leftAt)
  if (leftAt === undefined || since <= 0) return 'Follow'
  return since === 1 ? '1 new line' : `${since.toLocaleString()} new lines`
}
