import { describe, it } from 'vitest'
import { persistenceContract } from '../testing/persistence-contract.js'
import { MemoryPersistence } from './memory-persistence.js'

describe('MemoryPersistence', () => {
  let store: MemoryPersistence
  const open = async (how: 'fresh' | 'again') => {
    if (how === 'fresh') store = new MemoryPersistence()
    return store
  }
  for (const { name, run } of persistenceContract) it(name, () => run(open))
})
