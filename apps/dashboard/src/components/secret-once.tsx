import { Alert, Text } from '@mantine/core'
import { KeyRound } from 'lucide-react'
import classes from './secret-once.module.css'
import { CopyButton } from './copy-button.js'

/** A secret in the one answer that ever holds it. */
export function SecretOnce({ secret, label }: { secret: string; label: string }) {
  return (
    <Alert color="yellow" variant="light" icon={<KeyRound size={18} aria-hidden />} title="Copy it now" radius="md">
      <Text size="sm" mb={8}>
        {label} is shown only this once. Flotilla keeps just its fingerprint.
      </Text>
      <div className={classes.secret}>
        <code data-testid="secret">{secret}</code>
        <CopyButton value={secret} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </Alert>
  )
}
