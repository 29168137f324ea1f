import type { MaybePromise, PublishDecision } from '@heliograph/broker'
import type { MessageTiming } from '../../foundation/tracing/message-timing.js'
import { type IngestListener, type IngestOutcome, UndecidedError } from '../../telemetry/samples/sample.js'

type State =
  /** Ingest has the message. */
  | { kind: 'waiting' }
  /** Subscribers have the message, because the database is away; it is not stored yet. */
  | { kind: 'forwarded'; durable: Promise<boolean> }
  | { kind: 'decided'; decision: MaybePromise<PublishDecision> }
  | { kind: 'failed'; error: UndecidedError }

interface Handlers {
  /** Called when the message was stored or refused. */
  onDecided(outcome: IngestOutcome): PublishDecision
  /**
   * Called when subscribers should get the message before it is stored. Resolves when no restart can take it from them. Null: they
   * get it once it is stored, whenever that is.
   */
  readonly onForward: (() => Promise<boolean>) | null
  onUndecided(): void
  onClockNotSet(ts: number): void
  onAccepted(assignedUs: number | null): void
}

/**
 * A message that waits for its decision. A message that was forwarded before it was stored is not forwarded again; it is decided
 * when stored sessions have it for good, as the acknowledgement says so.
 */
export class PendingPublish implements IngestListener {
  #state: State = { kind: 'waiting' }
  #waiter: {
    resolve(decision: MaybePromise<PublishDecision>): void
    reject(error: UndecidedError): void
  } | null = null

  constructor(
    private readonly handlers: Handlers,
    readonly timing: MessageTiming | null,
  ) {}

  /** The decision, or a promise of it when it is not known yet. Rejects when the message stays undecided. */
  decision(): MaybePromise<PublishDecision> {
    switch (this.#state.kind) {
      case 'decided':
        return this.#state.decision
      case 'failed':
        return Promise.reject(this.#state.error)
      case 'waiting':
      case 'forwarded':
        return new Promise((resolve, reject) => {
          this.#waiter = { resolve, reject }
        })
    }
  }

  clockNotSet(ts: number): void {
    this.handlers.onClockNotSet(ts)
  }

  accepted(assignedUs: number | null): void {
    this.handlers.onAccepted(assignedUs)
  }

  delayed(): void {
    const { onForward } = this.handlers
    if (this.#state.kind !== 'waiting' || onForward === null) return
    this.#state = { kind: 'forwarded', durable: onForward() }
  }

  decided(outcome: IngestOutcome): void {
    const decision = this.handlers.onDecided(outcome)
    const before = this.#state
    const isForwarded = before.kind === 'forwarded' && decision === 'forward'
    this.#state = { kind: 'decided', decision: isForwarded ? dropWhen(before.durable) : decision }
    this.#waiter?.resolve(this.#state.decision)
  }

  undecided(error: UndecidedError): void {
    this.handlers.onUndecided()
    this.#state = { kind: 'failed', error }
    this.#waiter?.reject(error)
  }
}

async function dropWhen(durable: Promise<boolean>): Promise<PublishDecision> {
  if (await durable) return 'drop'
  throw new UndecidedError('stored sessions may not have the message', 'slow')
}
