import { Button } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import classes from './command-block.module.css'
import { useCopy } from './copy.js'

/** Commands to take into a terminal, one to a line. */
export function CommandBlock({ commands, label = 'Copy commands' }: { commands: string[]; label?: string }) {
  const { copied, copy } = useCopy()
  return (
    <div className={classes.block}>
      <pre className={classes.text} tabIndex={0} aria-label="Commands">
        {commands.map((command) => (
          <code key={command} className={classes.line} data-comment={command.startsWith('#') || undefined}>
            {`${command}\n`}
          </code>
        ))}
      </pre>
      <Button
        size="compact-sm"
        variant="default"
        className={classes.copy}
        leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        onClick={() => copy(commands.join('\n'))}
        aria-label={copied ? 'Copied' : label}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
