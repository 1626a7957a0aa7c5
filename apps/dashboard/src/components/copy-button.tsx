import { ActionIcon, Tooltip } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useCopy } from './copy.js'

export function CopyButton({ value, label = 'Copy' }: { value: string; label?: string }) {
  const { copied, copy } = useCopy()
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon
        variant="subtle"
        color={copied ? 'green' : 'gray'}
        c={copied ? undefined : 'dimmed'}
        size="sm"
        aria-label={copied ? 'Copied' : label}
        onClick={(event) => {
          // Rows and cards around it are links.
          event.stopPropagation()
          copy(value)
        }}
      >
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  )
}
