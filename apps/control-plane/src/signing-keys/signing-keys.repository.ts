import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import { SigningKey } from './signing-key.entity.js'

@Injectable()
export class SigningKeysRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Every key of a purpose, oldest first. */
  list(purpose: SigningKey['purpose']): Promise<SigningKey[]> {
    return this.source.getRepository(SigningKey).find({ where: { purpose }, order: { createdAt: 'ASC', id: 'ASC' } })
  }

  /** Stores `make()` as the first key of its purpose, unless another process was faster. */
  async insertFirst(purpose: SigningKey['purpose'], make: () => Promise<Omit<SigningKey, 'createdAt' | 'purpose'>>) {
    await this.source.transaction(async (transaction) => {
      await transaction.query('LOCK TABLE signing_keys IN EXCLUSIVE MODE')
      if (await transaction.existsBy(SigningKey, { purpose })) return
      await transaction.insert(SigningKey, { ...(await make()), purpose })
    })
  }
}
