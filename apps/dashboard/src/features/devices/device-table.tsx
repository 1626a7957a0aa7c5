import type { DeviceView } from '@flotilla/contracts'
import { Group, Loader, Paper, Text } from '@mantine/core'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { count } from '../../format/text.js'
import { DeviceRow } from './device-row.js'
import classes from './device-table.module.css'

interface DeviceTableProps {
  devices: DeviceView[]
  readAt: number
  /** Of all devices in the list, where that is known. */
  total?: number
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
}

const ROW_HEIGHT = 69
// Rows before the end of what is loaded at which more is fetched.
const FETCH_AHEAD = 30

/** Devices in a list that draws only what is seen and fetches as it is scrolled: ten or ten thousand, it is as quick. */
export function DeviceTable({ devices, readAt, total, pages }: DeviceTableProps) {
  const body = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const place = () => setTop(body.current ? body.current.getBoundingClientRect().top + window.scrollY : 0)
    place()
    const observer = new ResizeObserver(place)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])
  const virtualizer = useWindowVirtualizer({
    count: devices.length,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((index: number) => devices[index]?.id ?? index, [devices]),
    overscan: 12,
    scrollMargin: top,
  })
  const rows = virtualizer.getVirtualItems()
  const lastSeen = rows.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastSeen >= devices.length - FETCH_AHEAD) void fetchNextPage()
  }, [lastSeen, devices.length, hasNextPage, isFetchingNextPage, fetchNextPage])

  return (
    <>
      <Paper radius="lg" className={classes.table} role="table" aria-label="Devices" aria-rowcount={total ?? -1}>
        <div role="rowgroup">
          <div role="row" className={`${classes.row} ${classes.head}`}>
            <span role="columnheader">Name</span>
            <span role="columnheader">Connectivity</span>
            <span role="columnheader">Activity</span>
            <span role="columnheader">Release</span>
            <span role="columnheader">Services</span>
          </div>
        </div>
        <div ref={body} role="rowgroup" className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => {
            const device = devices[row.index]
            return (
              device && (
                <div
                  key={row.key}
                  data-index={row.index}
                  ref={virtualizer.measureElement}
                  className={classes.slot}
                  style={{ transform: `translateY(${row.start - top}px)` }}
                  role="row"
                  aria-rowindex={row.index + 2}
                >
                  <DeviceRow device={device} readAt={readAt} />
                </div>
              )
            )
          })}
        </div>
      </Paper>
      <Group justify="center" gap="xs" mih={24}>
        {isFetchingNextPage && <Loader size="xs" />}
        <Text size="xs" c="dimmed" role="status">
          {hasNextPage
            ? `${devices.length.toLocaleString()}${total ? ` of ${total.toLocaleString()}` : ''} loaded; scroll for more`
            : count(devices.length, 'device')}
        </Text>
      </Group>
    </>
  )
}
