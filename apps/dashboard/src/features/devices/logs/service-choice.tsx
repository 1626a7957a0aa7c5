import { Select } from '@mantine/core'

interface ServiceChoiceProps {
  services: string[]
  value?: string
  onChange: (service: string | undefined) => void
}

export function ServiceChoice({ services, value, onChange }: ServiceChoiceProps) {
  // A service that is gone still has its lines.
  const all = [...new Set([...services, ...(value ? [value] : [])])].sort()
  return (
    <Select
      aria-label="Service"
      placeholder="All services"
      clearable
      data={all}
      value={value ?? null}
      onChange={(service) => onChange(service ?? undefined)}
      w={{ base: '100%', xs: 190 }}
    />
  )
}
