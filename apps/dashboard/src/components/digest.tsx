import { Group, Text } from '@mantine/core'
import { shortDigest } from '../format/text.js'
import { CopyButton } from './copy-button.js'

/** The start of an image digest; the whole of it is in the tooltip and goes to the clipboard. */
export function Digest({ digest }: { digest: string }) {
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex">
      <Text span ff="monospace" size="xs" title={digest}>
        {shortDigest(digest)}
      </Text>
      <CopyButton value={digest} label="Copy digest" />
    </Group>
  )
}
