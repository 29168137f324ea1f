'use client'

import { later } from '@/lib/later'

const CredentialList = later(() =>
  import('./credentials/credential-list').then((module) => module.CredentialList),
)

export function CredentialsPage() {
  return <CredentialList />
}
