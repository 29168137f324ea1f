import type { Persistence } from '../../src/interface/persistence.js'

export declare class FilePersistence implements Persistence {
  constructor(path: string)
  load: Persistence['load']
  write: Persistence['write']
  close: Persistence['close']
}
