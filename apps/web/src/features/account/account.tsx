'use client'

import { Loaded } from '@/components/loaded'
import { PersonalFrame } from '@/components/personal-frame'
import { Skeleton } from '@/components/skeleton'
import { ApiError } from '@/lib/api-error'
import { useMe } from '@/lib/me'
import { useSignInWhen } from '@/lib/use-sign-in-when'
import { Activity } from './activity'
import { DeleteAccount } from './delete-account'
import { Profile } from './profile'
import { Sessions } from './sessions'
import { SignInMethods } from './sign-in-methods'

/** The page of the signed-in person: who they are, and how they sign in. */
export function Account() {
  const me = useMe()
  const signedOut = me.error instanceof ApiError && me.error.status === 401
  useSignInWhen(signedOut)
  return (
    <PersonalFrame me={me.data} title="Your account" intro="One account for all of your organizations.">
      <Loaded
        query={{ ...me, isPending: me.isPending || signedOut }}
        failure="Your account could not be loaded"
        skeleton={<Skeleton className="h-96 w-full rounded-outer" />}
      >
        {(loaded) => (
          <div className="flex flex-col gap-10">
            <Profile user={loaded.user} />
            <SignInMethods user={loaded.user} />
            <Sessions />
            <Activity />
            <DeleteAccount me={loaded} />
          </div>
        )}
      </Loaded>
    </PersonalFrame>
  )
}
