const KEY = 'flotilla-loaded-anew-at'
const NOT_AGAIN_MS = 15_000

/**
 * Loads the page once more where a part of it could not be fetched: the server was updated since, and the part has
 * another name now, or the network blinked. Not twice in a row: then the reason is another one, and shown.
 */
export function loadAnewWhenPartsAreMissing(): void {
  window.addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0)
    if (Date.now() - last < NOT_AGAIN_MS) return
    sessionStorage.setItem(KEY, String(Date.now()))
    event.preventDefault()
    window.location.reload()
  })
}
