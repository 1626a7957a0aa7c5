import type { Platform } from '@flotilla/contracts'
import { MultiSelect, type MultiSelectProps } from '@mantine/core'

const PLATFORMS: { value: Platform; label: string }[] = [
  { value: 'linux/arm64', label: 'arm64 – Raspberry Pi 3, 4, 5, Zero 2 with a 64-bit system' },
  { value: 'linux/arm/v7', label: 'arm/v7 – Raspberry Pi 2 to 4 with a 32-bit system' },
  { value: 'linux/arm/v6', label: 'arm/v6 – Raspberry Pi 1 and Zero' },
  { value: 'linux/amd64', label: 'amd64 – PCs and servers' },
]

/** Platforms to build for besides those of the devices. */
export function PlatformsInput(
  props: Omit<MultiSelectProps, 'data' | 'onChange'> & { onChange?: (value: Platform[]) => void },
) {
  return (
    <MultiSelect
      label="Build ahead for"
      description="Releases are built for the boards that are in the fleet. Choose more where boards will join later."
      placeholder={(props.value?.length ?? 0) > 0 ? undefined : 'Only what the devices need'}
      data={PLATFORMS}
      clearable
      {...props}
      onChange={props.onChange as MultiSelectProps['onChange']}
    />
  )
}
