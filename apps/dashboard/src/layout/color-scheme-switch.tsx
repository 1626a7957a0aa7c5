import { Center, SegmentedControl, Tooltip, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { Monitor, Moon, Sun, type LucideIcon } from 'lucide-react'

const CHOICES: { value: MantineColorScheme; label: string; icon: LucideIcon }[] = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'auto', label: 'Like the system', icon: Monitor },
]

export function ColorSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label="Colours"
      value={colorScheme}
      onChange={(value) => setColorScheme(value)}
      data={CHOICES.map(({ value, label, icon: Icon }) => ({
        value,
        label: (
          <Tooltip label={label}>
            <Center h={20}>
              <Icon size={15} role="img" aria-label={label} />
            </Center>
          </Tooltip>
        ),
      }))}
    />
  )
}
