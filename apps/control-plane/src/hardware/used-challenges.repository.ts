import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

/** Challenges that were answered, until they expire by themselves. */
@Injectable()
export class UsedChallenges {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** False where it was there before. */
  async add(nonce: string, expiresAt: Date): Promise<boolean> {
    const rows = await this.source.query<unknown[]>(
      'INSERT INTO used_challenges (nonce, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING nonce',
      [nonce, expiresAt],
    )
    return rows.length > 0
  }

  /** Upkeep: gives how many there were. */
  async removeExpired(): Promise<number> {
    const [, count] = await this.source.query<[unknown, number]>(
      // A while later than they expire: the clocks of two processes may differ.
      `DELETE FROM used_challenges WHERE expires_at < now() - interval '10 minutes'`,
    )
    return count
  }
}
