import type { BrokerEvents } from '@heliograph/broker'
import type { NoticeCode } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import { Notices } from '../../registry/notices/notices.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

type Unretained = BrokerEvents<ConnectionPrincipal>['unretained']

/** Tells that messages were delivered but not retained: the device by a notice, people on the overview. */
@Injectable()
export class UnretainedNotices {
  private readonly logger = new Logger(UnretainedNotices.name)
  private readonly log = new GroupedLog((line) => this.logger.warn(line))

  constructor(
    private readonly notices: Notices,
    private readonly events: EventBus,
  ) {}

  tell({ client: { principal, remoteAddress }, reason, topic, count }: Unretained): void {
    const code: NoticeCode = reason === 'not_authorized' ? 'not_retained' : 'retained_quota'
    const notice = { code, topic, detail: details[reason] }
    const about = { count, remoteAddress }
    if (principal.kind === 'device') this.notices.send(principal, notice, about)
    else void this.events.emit('refused', { ...notice, ...about, organizationId: principal.organizationId })
    if (code === 'retained_quota')
      this.log.note(
        reason,
        () => `a message of ${principal.organizationSlug} was not retained: ${details[reason]}`,
      )
  }
}

const details: Record<Unretained['reason'], string> = {
  not_authorized: 'it was delivered, but messages on this topic are not retained',
  owner_quota:
    'it was delivered, but its publisher has retained as much as it may; clear topics by empty retained messages',
  group_quota:
    'it was delivered, but the organization has retained as much as it may; clear topics by empty retained messages',
  total_quota: 'it was delivered, but all clients together have retained as much as they may',
}
