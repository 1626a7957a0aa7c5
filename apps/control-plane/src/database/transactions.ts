import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm'

/** An open transaction, handed from services to repositories. */
export type Transaction = EntityManager

const TRIES = 4

/** Opens transactions for services, which know nothing else of the database. */
@Injectable()
export class Transactions {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /**
   * Runs `work` in one transaction; an error rolls it back and travels on. Of transactions that wait for each other
   * Postgres undoes one, and its work runs again: it must do nothing that a rollback does not undo.
   */
  async run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.source.transaction(work)
      } catch (error) {
        if (!isDeadlock(error) || tries === TRIES) throw error
      }
    }
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '40P01'
}
