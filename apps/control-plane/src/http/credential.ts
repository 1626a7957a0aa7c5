const credentials = new WeakMap<object, string>()

/** The guard tells by which token a request was let in. */
export function rememberCredential(request: object, token: string): void {
  credentials.set(request, token)
}

/** The token that let a request in; undefined on public routes. */
export function credentialOf(request: object): string | undefined {
  return credentials.get(request)
}
