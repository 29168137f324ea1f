// What else may run on the machine of a platform: `node busy-machine.mjs FILE`. It computes for half of the time of one
// processor, and writes 4 MB to the disk and waits for it, about five times a second. Sends `ready` over IPC.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const [path] = process.argv.slice(2)
const bytes = Buffer.alloc(4 * 1024 * 1024, 1)
const turnMs = 100
let turns = 0

process.on('disconnect', () => process.exit(0))
process.send('ready')
for (;;) {
  for (const until = performance.now() + turnMs / 2; performance.now() < until; );
  if (turns++ % 2 === 0) await write()
  await sleep(turnMs / 2)
}

async function write() {
  const file = await fs.promises.open(path, 'w')
  await file.write(bytes)
  await file.sync()
  await file.close()
}
