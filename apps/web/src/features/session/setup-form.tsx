'use client'

import { Setup, suggestSlug } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { ErrorState } from '@/components/error-state'
import { Form } from '@/components/form'
import { NewPasswordField } from '@/components/new-password-field'
import { Skeleton } from '@/components/skeleton'
import { TextField } from '@/components/text-field'
import { request } from '@/lib/api'
import { paths } from '@/lib/paths'
import { refusedField } from '@/lib/refused-field'
import { useFocusOnMount } from '@/lib/use-focus-on-mount'
import { useForm } from '@/lib/use-form'
import { signIn } from './sign-in'
import { SubmitButton } from './submit-button'
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
  const form = useAccountForm(codeRequired)
  const { values, set, error } = form

  return (
    <Form form={form} action={<SubmitButton form={form}>Create account</SubmitButton>}>
      <PersonFields form={form} />
      <hr className="my-1" />
      <OrganizationFields form={form} />
      {codeRequired && (
        <TextField
          label="One-time code"
          hint="Printed in the log when Heliograph started, because others on the network can open this page too."
          error={error('code')}
          autoComplete="one-time-code"
          spellCheck={false}
          className="font-mono text-13"
          value={values.code}
          onValue={(code) => set('code', code)}
        />
      )}
    </Form>
  )
}

type AccountFormState = ReturnType<typeof useAccountForm>

function useAccountForm(codeRequired: boolean) {
  const router = useRouter()
  const queryClient = useQueryClient()
  return useForm({
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
      await request('/api/v1/setup', { method: 'POST', body: input }).catch(
        refusedField('setup_code_required', 'code'),
      )
      await signIn(input.email, input.password)
      queryClient.clear()
      router.replace(paths.devices(input.organization.slug))
    },
  })
}

function PersonFields({ form: { values, set, error } }: { form: AccountFormState }) {
  const firstField = useFocusOnMount()
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Your name"
          error={error('name')}
          autoComplete="name"
          ref={firstField}
          value={values.name}
          onValue={(name) => set('name', name)}
        />
        <TextField
          label="E-mail"
          error={error('email')}
          type="email"
          autoComplete="username"
          value={values.email}
          onValue={(email) => set('email', email)}
        />
      </div>
      <NewPasswordField
        error={error('password')}
        value={values.password}
        onValue={(password) => set('password', password)}
      />
    </>
  )
}

function OrganizationFields({ form: { values, set, error } }: { form: AccountFormState }) {
  const slug = values.slug ?? suggestSlug(values.organization)
  return (
    <>
      <TextField
        label="Organization"
        hint="A company, a lab or a household. Devices, API keys and people belong to it."
        error={error('organization.name')}
        autoComplete="organization"
        placeholder="Acme Greenhouses"
        value={values.organization}
        onValue={(organization) => set('organization', organization)}
      />
      <TextField
        label="Slug"
        hint={<SlugHint slug={slug} />}
        error={error('organization.slug')}
        spellCheck={false}
        autoCapitalize="none"
        className="font-mono text-13"
        placeholder="acme-greenhouses"
        value={slug}
        onValue={(next) => set('slug', next)}
      />
    </>
  )
}

function SlugHint({ slug }: { slug: string }) {
  // A slug with a mistake in it is shown too.
  const topic = `${slug || 'acme-greenhouses'}/devices/pump-7/telemetry`
  return (
    <>
      The name of the organization in topics and addresses, such as{' '}
      <code className="font-mono break-all">{topic}</code>. It cannot be changed later.
    </>
  )
}
