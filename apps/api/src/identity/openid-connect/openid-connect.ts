import { AsyncLocalStorage } from 'node:async_hooks'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import type { OpenIdConnectConfig } from '../../foundation/config/openid-connect.js'
import { AccountChanges } from '../account-changes/account-changes.js'
import { MappedMemberships } from './mapped-memberships.js'
import { groupsOf, rolesOf } from './mapped-roles.js'
import type { OpenIdConnectRules, ProvidedPerson } from './openid-provider.js'

/** Decides who may sign in by the OpenID provider, and gives them the memberships of their groups. */
@Injectable()
export class OpenIdConnect implements OpenIdConnectRules {
  readonly config: OpenIdConnectConfig | null
  /** The groups of the person whose request this is. */
  private readonly requests = new AsyncLocalStorage<{ groups: string[] | null }>()

  constructor(
    @Inject(CONFIG) { openIdConnect }: Pick<Config, 'openIdConnect'>,
    private readonly memberships: MappedMemberships,
    private readonly changes: AccountChanges,
  ) {
    this.config = openIdConnect
  }

  /** Handles a request that may be somebody's return from the provider. */
  request<Result>(handle: () => Promise<Result>): Promise<Result> {
    return this.requests.run({ groups: null }, handle)
  }

  check({ action, emailVerified, profile }: ProvidedPerson): { error: string } | undefined {
    const groups = groupsOf(profile)
    if (action === 'create-user') {
      // Otherwise somebody could take the address of somebody else, who is invited later.
      if (!emailVerified) return { error: 'email_not_verified' }
      if (rolesOf(groups, this.config?.roles ?? []).size === 0) return { error: 'no_role' }
    }
    const request = this.requests.getStore()
    if (request !== undefined && action !== 'link-account') request.groups = groups
    return undefined
  }

  /** A session by the provider begins with the memberships of the person's groups, in one transaction. */
  async beforeSession(userId: string): Promise<void> {
    const groups = this.requests.getStore()?.groups ?? null
    const change = this.changes.current
    if (this.config === null || groups === null || change === null) return
    await this.memberships.apply(change, userId, rolesOf(groups, this.config.roles))
  }
}
