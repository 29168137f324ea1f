import type { StoreState as ShownState } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { StoreState } from '../../telemetry/storage/store-state.js'

/** The state of the store. While no telemetry arrives, the query that counts devices finds out that the database is away. */
@Injectable()
export class StoreStatus {
  private awaySince: number | null = null

  constructor(private readonly store: StoreState) {}

  get current(): ShownState {
    const { state, since } = this.store.current
    return state === 'ok' && this.awaySince !== null
      ? { state: 'away', since: this.awaySince }
      : { state, since }
  }

  /** Records whether the database answered a query. */
  record({ answered }: { answered: boolean }): void {
    this.awaySince = answered ? null : (this.awaySince ?? Date.now())
  }
}
