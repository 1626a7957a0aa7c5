import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'

/** An open transaction, handed from services to repositories. */
export type Transaction = EntityManager

/** Opens transactions for services, which know nothing else of the database. */
@Injectable()
export class Transactions {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Runs `work` in one transaction; an error rolls it back and travels on. */
  run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.source.transaction(work)
  }
}
