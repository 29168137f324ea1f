import { afterAll, afterEach } from 'vitest'
import { type Platform, type PlatformOptions, startPlatform } from './platform.js'

/**
 * Platforms for the tests of a file: one that they share, started when the first asks for it, and others of their own. A
 * test shares only when it leaves nothing behind that another one would see.
 */
export function usePlatforms(): {
  shared(options?: PlatformOptions): Promise<Platform>
  own(options?: PlatformOptions): Promise<Platform>
} {
  let starting: Promise<Platform> | undefined
  const ownOnes: Platform[] = []
  afterEach(async () => {
    await Promise.all(ownOnes.splice(0).map((platform) => platform.stop()))
  })
  afterAll(async () => {
    await (await starting)?.stop()
  })
  return {
    shared(options) {
      starting ??= startPlatform(options)
      return starting
    },
    async own(options) {
      const platform = await startPlatform(options)
      ownOnes.push(platform)
      return platform
    },
  }
}
