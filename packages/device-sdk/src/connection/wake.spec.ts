import { afterEach, describe, expect, it, vi } from 'vitest'
import { onWake } from './wake.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The two objects of a browser that `onWake` listens to, as real event targets. */
function browser() {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const frame = new EventTarget()
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', frame)
  return { page, frame }
}

describe('onWake', () => {
  it.each(['online', 'offline', 'pageshow', 'focus'])('calls back at %s, until it is stopped', (name) => {
    const { frame } = browser()
    const callback = vi.fn()
    const stop = onWake(callback)
    frame.dispatchEvent(new Event(name))
    expect(callback).toHaveBeenCalledTimes(1)
    stop()
    frame.dispatchEvent(new Event(name))
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('calls back when the page becomes visible, not when it becomes hidden', () => {
    const { page } = browser()
    const callback = vi.fn()
    const stop = onWake(callback)
    page.visibilityState = 'hidden'
    page.dispatchEvent(new Event('visibilitychange'))
    expect(callback).not.toHaveBeenCalled()
    page.visibilityState = 'visible'
    page.dispatchEvent(new Event('visibilitychange'))
    expect(callback).toHaveBeenCalledTimes(1)
    stop()
    page.dispatchEvent(new Event('visibilitychange'))
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it('does nothing outside browsers', () => {
    expect(onWake(() => expect.fail('it must not be called'))()).toBeUndefined()
  })
})
