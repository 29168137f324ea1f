import type { StoreState as ShownState } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { StoreState } from '../../telemetry/storage/store-state.js'

/** How the store does, also while nobody sends anything: then it is the counting that finds the database away. */
@Injectable()
export class StoreWatch {
  private awaySince: number | null = null

  constructor(private readonly store: StoreState) {}

  get current(): ShownState {
    const { state, since } = this.store.current
    return state === 'ok' && this.awaySince !== null
      ? { state: 'away', since: this.awaySince }
      : { state, since }
  }

  /** Notes whether the database answered just now. */
  tell(answered: boolean): void {
    this.awaySince = answered ? null : (this.awaySince ?? Date.now())
  }
}
