import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Limits, noLimits } from './limits'
import { limitsStore } from './limits-store'

const limits: Limits = { warning: { above: 30, below: null }, critical: { above: null, below: null } }

/** A browser's storage, which counts how often it is asked, and its window. */
function browser() {
  const kept = new Map<string, string>()
  let reads = 0
  const storage = {
    getItem(name: string) {
      reads += 1
      return kept.get(name) ?? null
    },
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  }
  const page = new EventTarget()
  vi.stubGlobal('localStorage', storage)
  vi.stubGlobal('window', page)
  const changeElsewhere = (name: string | null, text: string) => {
    if (name !== null) kept.set(name, text)
    page.dispatchEvent(Object.assign(new Event('storage'), { key: name }))
  }
  return { reads: () => reads, changeElsewhere }
}

describe('limitsStore', () => {
  const told = vi.fn()
  let page: ReturnType<typeof browser>
  let stop: () => void

  beforeEach(() => {
    page = browser()
    told.mockReset()
    stop = limitsStore.listen(told)
  })
  afterEach(() => {
    stop()
    vi.unstubAllGlobals()
  })

  it('asks the browser once, however often it is read', () => {
    for (let times = 0; times < 100; times += 1) expect(limitsStore.read('a')).toBe(noLimits)
    expect(page.reads()).toBe(1)
  })

  it('gives what was set, and tells of it', () => {
    limitsStore.read('a')
    limitsStore.set('a', limits)
    expect(told).toHaveBeenCalledTimes(1)
    expect(limitsStore.read('a')).toEqual(limits)
    limitsStore.set('a', noLimits)
    expect(limitsStore.read('a')).toEqual(noLimits)
  })

  it('hears what another tab sets, or clears', () => {
    limitsStore.read('a')
    page.changeElsewhere('a', JSON.stringify(limits))
    expect(limitsStore.read('a')).toEqual(limits)
    page.changeElsewhere('not one that is shown', '')
    expect(told).toHaveBeenCalledTimes(1)
    page.changeElsewhere(null, '')
    expect(told).toHaveBeenCalledTimes(2)
  })

  it('looks again after a time in which nobody listened', () => {
    limitsStore.read('a')
    stop()
    page.changeElsewhere('a', JSON.stringify(limits))
    stop = limitsStore.listen(told)
    expect(limitsStore.read('a')).toEqual(limits)
  })
})
