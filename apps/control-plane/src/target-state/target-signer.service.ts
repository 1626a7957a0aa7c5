import { sign } from 'node:crypto'
import { bundleStatement, type SignedBundle, type SignedTarget, targetStatement } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type KeyPair, SigningKeys } from '../signing-keys/index.js'

/** Signs targets, and bundles of them, so that it makes no difference who delivers them. */
@Injectable()
export class TargetSigner {
  private key: Promise<KeyPair> | undefined

  constructor(private readonly keys: SigningKeys) {}

  sign(payload: string): Promise<SignedTarget> {
    return this.signed(payload, targetStatement(payload))
  }

  signBundle(payload: string): Promise<SignedBundle> {
    return this.signed(payload, bundleStatement(payload))
  }

  private async signed(payload: string, statement: string) {
    // Reading a key from its text takes longer than signing with it.
    this.key ??= this.keys.target()
    const { id, privateKey } = await this.key.catch((error: unknown) => {
      this.key = undefined
      throw error
    })
    const signature = sign(null, Buffer.from(statement), privateKey).toString('base64url')
    return { payload, keyId: id, signature }
  }
}
