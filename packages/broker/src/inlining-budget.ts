import { setFlagsFromString } from 'node:v8'

/**
 * Lets V8 inline more of the path that every message takes: some forty short functions, more bytecode than its default budget
 * for one optimized function (920 bytes). Once clients of several versions and transports have made call sites polymorphic, the
 * default costs up to a seventh more processor time a message. It is of the whole process: a host calls it once, before
 * the broker handles messages.
 */
export function raiseInliningBudget(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=2000')
}
