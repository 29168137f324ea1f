import type { Core } from '../core/core.js'
import type { ClientInfo, UnretainedReason } from '../interface/types.js'
import { DropReport } from './drop-report.js'
import { UnretainedReport } from './unretained-report.js'

/** The reports about the messages of one client, made when there is something to report. */
export class ClientReports<P> {
  readonly #core: Core<P>
  #drops: DropReport<P> | null = null
  #unretained: UnretainedReport<P> | null = null

  constructor(core: Core<P>) {
    this.#core = core
  }

  dropped(client: ClientInfo<P>, topic: string): void {
    this.#drops ??= new DropReport(this.#core, client)
    this.#drops.add(topic)
  }

  unretained(client: ClientInfo<P>, topic: string, reason: UnretainedReason): void {
    this.#unretained ??= new UnretainedReport(this.#core, client)
    this.#unretained.add(topic, reason)
  }

  /** Called a few times a second. */
  sweep(nowMs: number): void {
    this.#drops?.sweep(nowMs)
    this.#unretained?.sweep(nowMs)
  }

  flush(nowMs: number): void {
    this.#drops?.flush(nowMs)
    this.#unretained?.flush(nowMs)
  }
}
