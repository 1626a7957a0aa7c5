import { useEffect } from 'react'

/** Names the browser's tab after the page. */
export function usePageTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter(Boolean), 'Flotilla'].join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
