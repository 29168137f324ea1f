import { formatTime, type Notice } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { Notices, type Recipient } from './notices.js'

/** A device whose clock is not set sends such a time with each message. It is told once a minute. */
const clockNoticeLimit = { burst: 1, refillMs: 60_000, maxKeys: 50_000 }

/** Tells devices that their clock is not set. Nothing is refused for that. */
@Injectable()
export class ClockNotices {
  private readonly limiter = new RateLimiter<number>(clockNoticeLimit)

  constructor(private readonly notices: Notices) {}

  /** `ts` is the time that the clock shows, in epoch milliseconds. */
  send(device: Recipient, topic: string, ts: number): void {
    if (this.limiter.take(device.deviceKey) === 0)
      this.notices.inform(device, { ...clockNotSetNotice(ts), topic })
  }
}

export function clockNotSetNotice(ts: number): Omit<Notice, 'topic'> {
  const detail = `the clock of the device is not set: ts is ${formatTime(ts)}. What has such a time gets that of its arrival. Set the clock before measuring, for example by NTP, or leave ts out`
  return { code: 'clock_not_set', detail }
}
