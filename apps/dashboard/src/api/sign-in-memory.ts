// The session itself is in a cookie that scripts cannot see. This only spares asking a question whose answer is known.
const KEY = 'flotilla-signed-in'

export function rememberSignIn(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(KEY, 'yes')
    else localStorage.removeItem(KEY)
  } catch {
    // Storage may be forbidden: then the question is asked.
  }
}

/** False only where nobody has signed in with this browser since the last sign-out. */
export function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(KEY) === 'yes'
  } catch {
    return true
  }
}
