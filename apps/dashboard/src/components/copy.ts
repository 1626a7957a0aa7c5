import { useEffect, useRef, useState } from 'react'

const SHOWN_MS = 2000

/** Puts a text on the clipboard and tells for two seconds that it is there. */
export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = (text: string) => {
    void writeText(text).then((done) => {
      clearTimeout(timer.current)
      setCopied(done)
      timer.current = setTimeout(() => setCopied(false), SHOWN_MS)
    })
  }
  return { copied, copy }
}

// Browsers give pages the clipboard only on https and localhost; a server in a workshop is often plain http.
async function writeText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copyBySelection(text),
    )
  }
  return copyBySelection(text)
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea')
  const focused = document.activeElement
  field.value = text
  field.style.position = 'fixed'
  field.style.opacity = '0'
  // Inside an open dialog: its focus trap would take the focus back from anywhere else.
  const parent = document.querySelector('[role="dialog"]') ?? document.body
  parent.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } finally {
    field.remove()
    if (focused instanceof HTMLElement) focused.focus()
  }
}
