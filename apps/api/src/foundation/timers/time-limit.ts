export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError'
}

/** Settles as `promise` does, or rejects with a TimeLimitError after `limitMs`, whichever comes first. */
export function withinTimeLimit<Result>(promise: Promise<Result>, limitMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(`took longer than ${limitMs} ms`)), limitMs)
  })
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer))
}
