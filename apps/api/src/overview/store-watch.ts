import type { StoreState } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'

/** Whether the database answers, and since when. */
@Injectable()
export class StoreWatch {
  current: StoreState = { state: 'ok', since: Date.now() }

  tell(state: StoreState['state']): void {
    if (state !== this.current.state) this.current = { state, since: Date.now() }
  }
}
