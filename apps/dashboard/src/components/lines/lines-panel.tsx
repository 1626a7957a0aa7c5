import { ActionIcon, Group, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { Download, Search, WrapText } from 'lucide-react'
import { useMemo, useState, type ReactNode } from 'react'
import { stripAnsi } from '../../format/ansi.js'
import { LineViewer } from './line-viewer.js'
import classes from './lines-panel.module.css'
import type { ViewerLine } from './viewer-line.js'

interface LinesPanelProps {
  label: string
  lines: ViewerLine[]
  /** What the lines are called when they are saved. */
  fileName: string
  controls?: ReactNode
  failure?: ReactNode
  empty: ReactNode
  status: ReactNode
  onNearStart?: () => void
}

/** Lines with what one does with them: search, wrap, save. */
export function LinesPanel({ lines, fileName, controls, failure, ...viewer }: LinesPanelProps) {
  const [text, setText] = useState('')
  const [typed] = useDebouncedValue(text, 150)
  const search = typed.trim().toLowerCase()
  const [wrap, setWrap] = useState(true)
  const shown = useMemo(() => (search === '' ? lines : lines.filter((line) => matches(line, search))), [lines, search])
  return (
    <div className={classes.panel}>
      <Group gap="sm" className={classes.bar}>
        {controls}
        <TextInput
          className={classes.search}
          type="search"
          leftSection={<Search size={15} aria-hidden />}
          placeholder="Find in lines"
          aria-label="Find in lines"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group gap={6} ml="auto">
          <Tooltip label={wrap ? 'Do not wrap long lines' : 'Wrap long lines'}>
            <ActionIcon
              variant={wrap ? 'light' : 'default'}
              size="lg"
              aria-label="Wrap long lines"
              aria-pressed={wrap}
              onClick={() => setWrap(!wrap)}
            >
              <WrapText size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Save these lines">
            <ActionIcon
              variant="default"
              size="lg"
              aria-label="Save these lines"
              disabled={shown.length === 0}
              onClick={() => save(shown, fileName)}
            >
              <Download size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      {failure}
      <LineViewer
        {...viewer}
        lines={shown}
        wrap={wrap}
        search={search}
        empty={search !== '' && lines.length > 0 ? `No line has “${typed.trim()}” in it.` : viewer.empty}
      />
    </div>
  )
}

function matches(line: ViewerLine, search: string): boolean {
  return stripAnsi(line.text).toLowerCase().includes(search) || line.source?.toLowerCase() === search
}

function save(lines: ViewerLine[], fileName: string): void {
  const text = lines.map(({ at, source, text }) => [at, source, stripAnsi(text)].filter(Boolean).join(' ')).join('\n')
  const url = URL.createObjectURL(new Blob([text, '\n'], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  URL.revokeObjectURL(url)
}
