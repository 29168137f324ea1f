import { milliseconds } from './stated-limit.js'

/** Processor time: of packets in a turn of the event loop, and of messages that the host refuses. */
export const workLimits = {
  /**
   * Processor time of the packets of all clients, and of one, in a turn of the event loop; the rest waits for a later turn.
   * Of those that wait, the client continues first whose group, owner and self have used least lately.
   */
  maxTurnMs: milliseconds(
    4,
    'broker',
    'processor time of packets in a turn of the event loop',
    'the rest waits for a later turn',
  ),
  maxClientTurnMs: milliseconds(
    0.5,
    'connection',
    'processor time of packets in a turn of the event loop',
    'the rest waits for a later turn, in which those continue first who have used least lately',
  ),
  /**
   * Processor time that messages of one owner may take which the host refuses; above, its clients are not read. Messages that
   * are not refused make up for it.
   */
  maxRefusedMsPerSecond: milliseconds(
    50,
    'owner',
    'processor time a second of messages that are refused; those that are not make up for it',
    'its clients are not read until there is room',
  ),
  /** An owner above that for so long is banned: its clients are cut off, and may not connect. */
  refusedTimeoutMs: milliseconds(
    10_000,
    'owner',
    'time above that without a rest',
    'its connections are closed, and CONNECT is refused with 3: `refused_messages`',
  ),
  /** How long the first ban lasts; each further one twice as long, up to the last. */
  minBanMs: milliseconds(
    1_000,
    'owner',
    'time for which CONNECT is refused first',
    'twice as long the next time',
  ),
  maxBanMs: milliseconds(
    300_000,
    'owner',
    'time for which CONNECT is refused at most',
    'the owner may connect',
  ),
}
