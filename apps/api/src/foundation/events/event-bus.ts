import { Injectable, Logger } from '@nestjs/common'
import type { PlatformEvents } from './platform-events.js'

type Handler<Payload> = (payload: Payload) => void | Promise<void>

/** Carries events from one part of the api to others. `emit` resolves when every handler is done. */
@Injectable()
export class EventBus {
  private readonly logger = new Logger(EventBus.name)
  private readonly handlers = new Map<keyof PlatformEvents, Set<Handler<never>>>()

  /** Calls the handler for each such event. Returns a function that removes it. */
  on<Name extends keyof PlatformEvents>(name: Name, handler: Handler<PlatformEvents[Name]>): () => void {
    const handlers = this.handlers.get(name) ?? new Set()
    this.handlers.set(name, handlers.add(handler))
    return () => handlers.delete(handler)
  }

  /** The change is committed already, so a handler's failure is logged and stops neither the caller nor other handlers. */
  async emit<Name extends keyof PlatformEvents>(name: Name, payload: PlatformEvents[Name]): Promise<void> {
    const handlers = [...(this.handlers.get(name) ?? [])] as Handler<PlatformEvents[Name]>[]
    await Promise.all(handlers.map((handler) => this.call(name, handler, payload)))
  }

  private async call<Name extends keyof PlatformEvents>(
    name: Name,
    handler: Handler<PlatformEvents[Name]>,
    payload: PlatformEvents[Name],
  ): Promise<void> {
    try {
      await handler(payload)
    } catch (error) {
      this.logger.error(`a handler of ${name} failed`, error instanceof Error ? error.stack : String(error))
    }
  }
}
