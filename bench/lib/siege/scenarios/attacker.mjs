// The attacker of a siege, in a process of its own: `node attacker.mjs SCENARIO`. It answers `start` and `report`.
import { readAll } from '../http-attacker.mjs'
import { Told } from '../told.mjs'
import { answer } from '../worker.mjs'
import { scenarios } from './all.mjs'

const { attack } = scenarios[process.argv[2]]
const told = new Told()

answer({
  start: ({ target }) => {
    // It goes on until it is killed; its end says that it has done all that it wanted.
    Promise.resolve(attack(target, told)).then(
      () => told.count('it was done'),
      (error) => told.count(`stopped by ${error.message}`),
    )
  },
  async report() {
    await readAll()
    return told.counts
  },
})
