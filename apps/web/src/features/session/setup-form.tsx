'use client'

import { Setup, suggestSlug } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { Button } from '@/components/button'
import { ErrorState } from '@/components/error-state'
import { Field } from '@/components/field'
import { Input } from '@/components/input'
import { Notice } from '@/components/notice'
import { PasswordInput } from '@/components/password-input'
import { Skeleton } from '@/components/skeleton'
import { request } from '@/lib/api'
import { paths } from '@/lib/paths'
import { useFocusOnMount } from '@/lib/use-focus-on-mount'
import { useForm } from '@/lib/use-form'
import { signIn } from './sign-in'
import { useSetupState } from './use-setup-state'

const empty = { name: '', email: '', password: '', organization: '', slug: null as string | null, code: '' }

export function SetupForm() {
  const router = useRouter()
  const setup = useSetupState()
  const done = setup.data?.needed === false

  useEffect(() => {
    if (done) router.replace(paths.home)
  }, [done, router])

  if (setup.error) {
    return (
      <ErrorState
        title="Heliograph could not be reached"
        error={setup.error}
        onRetry={() => setup.refetch()}
      />
    )
  }
  if (!setup.data || done) return <Skeleton className="h-96 w-full rounded-outer" />
  return <AccountForm codeRequired={setup.data.codeRequired} />
}

function AccountForm({ codeRequired }: { codeRequired: boolean }) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const firstField = useFocusOnMount()
  const form = useForm({
    initial: empty,
    schema: Setup,
    toInput: (values) => ({
      name: values.name,
      email: values.email.trim(),
      password: values.password,
      organization: { name: values.organization, slug: values.slug ?? suggestSlug(values.organization) },
      ...(codeRequired ? { code: values.code.trim() } : {}),
    }),
    onSubmit: async (input) => {
      await request('/api/v1/setup', { method: 'POST', body: input })
      await signIn(input.email, input.password)
      queryClient.clear()
      router.replace(paths.devices(input.organization.slug))
    },
  })
  const { values, set, error } = form
  const slug = values.slug ?? suggestSlug(values.organization)

  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit()
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Your name" error={error('name')}>
          {(control) => (
            <Input
              {...control}
              autoComplete="name"
              ref={firstField}
              value={values.name}
              onChange={(event) => set('name', event.target.value)}
            />
          )}
        </Field>
        <Field label="E-mail" error={error('email')}>
          {(control) => (
            <Input
              {...control}
              type="email"
              autoComplete="username"
              value={values.email}
              onChange={(event) => set('email', event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field label="Password" hint="At least 8 characters." error={error('password')}>
        {(control) => (
          <PasswordInput
            {...control}
            autoComplete="new-password"
            value={values.password}
            onChange={(event) => set('password', event.target.value)}
          />
        )}
      </Field>
      <hr className="my-1" />
      <Field
        label="Organization"
        hint="Devices, keys and people belong to it. A company, a lab or a household."
        error={error('organization.name')}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="organization"
            placeholder="Acme Greenhouses"
            value={values.organization}
            onChange={(event) => set('organization', event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Its short name"
        hint="Begins every topic and address, and never changes."
        error={error('organization.slug')}
      >
        {(control) => (
          <Input
            {...control}
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono text-13"
            placeholder="acme-greenhouses"
            value={slug}
            onChange={(event) => set('slug', event.target.value)}
          />
        )}
      </Field>
      {codeRequired && (
        <Field
          label="One-time code"
          hint="Printed in the log when Heliograph started, because others on the network can open this page too."
          error={error('code')}
        >
          {(control) => (
            <Input
              {...control}
              autoComplete="one-time-code"
              spellCheck={false}
              className="font-mono text-13"
              value={values.code}
              onChange={(event) => set('code', event.target.value)}
            />
          )}
        </Field>
      )}
      {form.failure && <Notice tone="refused">{form.failure}</Notice>}
      <Button type="submit" variant="primary" busy={form.busy} className="mt-1 w-full">
        Create account
      </Button>
    </form>
  )
}
