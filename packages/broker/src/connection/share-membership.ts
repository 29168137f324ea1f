import type { Core } from '../core/core.js'
import type { ClientShare } from '../fairness/client-share.js'
import type { GroupRate } from '../fairness/group-rates.js'
import type { QuotaAccount } from '../interface/persistence.js'

/** Counts an accepted connection towards the shares of its owner and group, until it leaves them. */
export class ShareMembership<P> {
  /** Of its group; null without one. */
  readonly groupRate: GroupRate | null
  readonly #core: Core<P>
  readonly #account: QuotaAccount

  constructor(core: Core<P>, account: QuotaAccount, share: ClientShare) {
    const { groups, groupWork, ownerWork, connectionShares } = core
    const { owner, group } = account
    this.#core = core
    this.#account = account
    connectionShares.enter(account)
    this.groupRate = group === '' ? null : groups.enter(group)
    if (group !== '') share.group = groupWork.enter(group)
    if (owner !== '') share.owner = ownerWork.enter(owner)
  }

  leave(): void {
    const { groups, groupWork, ownerWork, connectionShares } = this.#core
    const { owner, group } = this.#account
    connectionShares.leave(this.#account)
    if (group !== '') {
      groups.leave(group)
      groupWork.leave(group)
    }
    if (owner !== '') ownerWork.leave(owner)
  }
}
