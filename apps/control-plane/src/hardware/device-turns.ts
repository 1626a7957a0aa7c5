import { applyDecorators, type CallHandler, Injectable, type NestInterceptor, UseInterceptors } from '@nestjs/common'
import { from, lastValueFrom, type Observable } from 'rxjs'
import { Gate } from '../http/gate.js'

// Some hundred a second are done: who is let in waits for less than a second, and people not much longer.
const MOST_AT_ONCE = 128

/** The gate that all of a process' requests of devices share that read or write the database. */
@Injectable()
export class DeviceTurns extends Gate {
  constructor() {
    super(MOST_AT_ONCE, 'Too many devices have something to say at once; come back later.')
  }
}

@Injectable()
class TurnInterceptor implements NestInterceptor {
  constructor(private readonly turns: DeviceTurns) {}

  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    return from(this.turns.run(() => lastValueFrom(next.handle(), { defaultValue: undefined })))
  }
}

/** Marks a controller for devices whose requests are small and come from a whole fleet at once, as after a release. */
export const InTurn = () => applyDecorators(UseInterceptors(TurnInterceptor))
