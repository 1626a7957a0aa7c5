import { Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { ACTIVITIES, CONNECTIVITIES, type DeviceSearch } from './device-search.js'
import classes from './device-filters.module.css'

interface DeviceFiltersProps {
  value: DeviceSearch
  onChange: (value: DeviceSearch) => void
}

const CONNECTIVITY_LABELS = { online: 'Online', offline: 'Offline', never: 'Never connected' }
const ACTIVITY_LABELS = { settled: 'Settled', updating: 'Updating', waiting: 'Waiting', failing: 'Failing' }
// Among activities, since that is what such a device does: nothing more.
const GIVEN_UP = 'given-up'

export function DeviceFilters({ value, onChange }: DeviceFiltersProps) {
  const [text, setText] = useState(value.q ?? '')
  const [applied, setApplied] = useState(value.q)
  if (applied !== value.q) {
    // The address changed by other means: "back", or "show all devices".
    setApplied(value.q)
    setText(value.q ?? '')
  }
  const search = useDebouncedCallback((q: string) => {
    setApplied(q.trim() || undefined)
    onChange({ ...value, q: q.trim() || undefined })
  }, 250)
  return (
    <Group gap="sm" role="search" aria-label="Devices" className={classes.filters}>
      <TextInput
        className={classes.search}
        leftSection={<Search size={16} aria-hidden />}
        placeholder="Search by name, uuid or serial number"
        aria-label="Search devices"
        type="search"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          search(event.currentTarget.value)
        }}
      />
      <Select
        className={classes.choice}
        aria-label="Connectivity"
        placeholder="Any connectivity"
        clearable
        data={CONNECTIVITIES.map((one) => ({ value: one, label: CONNECTIVITY_LABELS[one] }))}
        value={value.connectivity ?? null}
        onChange={(connectivity) => onChange({ ...value, connectivity: connectivity ?? undefined })}
      />
      <Select
        className={classes.choice}
        aria-label="Activity"
        placeholder="Any activity"
        clearable
        data={[
          ...ACTIVITIES.map((one) => ({ value: one, label: ACTIVITY_LABELS[one] })),
          { value: GIVEN_UP, label: 'Release given up' },
        ]}
        value={value.rejected ? GIVEN_UP : (value.activity ?? null)}
        onChange={(chosen) =>
          onChange({
            ...value,
            activity: ACTIVITIES.find((one) => one === chosen),
            rejected: chosen === GIVEN_UP || undefined,
          })
        }
      />
    </Group>
  )
}
