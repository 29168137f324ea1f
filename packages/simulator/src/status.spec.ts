import { describe, expect, it } from 'vitest'
import { showStatus, statusLine } from './status.js'

const counts = {
  registered: 20,
  connected: 19,
  refused: 0,
  sent: 1_234,
  acknowledged: 1_230,
  buffered: 4,
  dropped: 0,
  errors: 0,
  lastError: null,
}

describe('the status', () => {
  it('tells the counts in one line', () => {
    expect(statusLine(counts, 19.6)).toBe(
      '19/20 connected · 1,234 sent · 1,230 acknowledged · 4 buffered · 20/s · 0 errors',
    )
  })

  it('tells of refusals, losses and the last error only when there are any', () => {
    const line = statusLine({ ...counts, refused: 1, dropped: 2, errors: 3, lastError: 'no route' }, 0)
    expect(line).toMatch(/3 errors · 1 refused · 2 dropped · last: no route$/)
  })

  it('keeps to one line on a terminal, whatever its width', () => {
    const written: string[] = []
    const status = showStatus({ isTTY: true, columns: 30, write: (text) => written.push(text) }, () => counts)
    status.end()
    expect(written.at(-1)).toBe('\n')
    for (const text of written.slice(0, -1)) {
      expect(text.startsWith('\r')).toBe(true)
      expect(text.replace('\x1b[K', '').length).toBeLessThanOrEqual(30)
    }
  })

  it('writes whole lines where there is no terminal', () => {
    const written: string[] = []
    const status = showStatus({ write: (text) => written.push(text) }, () => counts)
    status.end()
    expect(written).toEqual([`${statusLine(counts, 0)}\n`])
  })
})
