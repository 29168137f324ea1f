/** The part of the package that we use; it brings no types of its own. */
declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector'

  export interface ProcessCov {
    result: Pick<Profiler.ScriptCoverage, 'url' | 'functions' | 'scriptId'>[]
  }

  export function mergeProcessCovs(processes: ProcessCov[]): ProcessCov
}
