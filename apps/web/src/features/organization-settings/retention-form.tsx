'use client'

import { type OrganizationSettings, UpdateOrganization } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Form } from '@/components/form'
import { SaveChanges } from '@/components/save-changes'
import { SelectField } from '@/components/select-field'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { formatMoment } from '@/lib/format-time'
import { useForm } from '@/lib/use-form'
import { fromChoice, lostBefore, type RetentionMode, retentionText, toChoice } from './retention'
import { useSaveSettings } from './use-organization-settings'

const ShortenDialog = dynamic(() => import('./shorten-dialog').then((m) => m.ShortenDialog))

interface RetentionFormProps {
  settings: OrganizationSettings
  readOnly: boolean
}

export function RetentionForm({ settings, readOnly }: RetentionFormProps) {
  const { asked, save, ask } = useSaving(settings)
  const form = useForm({
    initial: toChoice(settings),
    schema: UpdateOrganization,
    toInput: (choice) => ({ retentionDays: fromChoice(choice) }),
    onSubmit: async ({ retentionDays = null }) =>
      lostBefore(settings, retentionDays) === null ? save(retentionDays) : ask(retentionDays),
  })
  const { values, set, error } = form
  const isChanged = fromChoice(values) !== settings.retentionDays
  const options: [RetentionMode, string][] = [
    ['default', `Default of this platform: ${retentionText(settings.defaultRetentionDays)}`],
    ['days', 'A number of days'],
    ['forever', 'Forever'],
  ]
  return (
    <>
      <Form form={form} action={<SaveChanges busy={form.busy} permission="organization.update" />}>
        <fieldset disabled={readOnly} className="flex flex-col gap-5">
          <legend className="sr-only">For how long telemetry is kept</legend>
          <SelectField
            label="Telemetry is kept"
            hint={isChanged ? 'Applies once it is saved.' : deletionText(settings)}
            value={values.mode}
            onValue={(mode) => set('mode', mode)}
            options={options}
          />
          {values.mode === 'days' && (
            <TextField
              label="Days"
              error={error('retentionDays') && 'Must be a whole number of days, from 1 to 36,525'}
              inputMode="numeric"
              autoComplete="off"
              className="w-32 tabular-nums"
              value={values.retentionDays}
              onValue={(days) => set('retentionDays', days)}
            />
          )}
        </fieldset>
      </Form>
      {asked && (
        <ShortenDialog
          settings={settings}
          retentionDays={asked.retentionDays}
          onSave={save}
          onClose={() => ask(undefined)}
        />
      )}
    </>
  )
}

/** Saving, and the retention that waits for the person to confirm what it loses. */
function useSaving(settings: OrganizationSettings) {
  const saveSettings = useSaveSettings()
  const toast = useToast()
  const [asked, setAsked] = useState<{ retentionDays: number | null }>()
  const save = async (retentionDays: number | null) => {
    await saveSettings({ retentionDays })
    const days = (retentionDays ?? settings.defaultRetentionDays) || null
    toast(`Saved: telemetry is kept ${days === null ? '' : 'for '}${retentionText(days)}`)
  }
  const ask = (retentionDays: number | null | undefined) =>
    setAsked(retentionDays === undefined ? undefined : { retentionDays })
  return { asked, save, ask }
}

/** What the retention that applies now deletes, and when. */
function deletionText({ deletesBefore, nextDeletionAt }: OrganizationSettings): string {
  if (deletesBefore === null) return 'Nothing is deleted because of its age.'
  const [at, before] = [nextDeletionAt, deletesBefore].map((time) => formatMoment(Date.parse(time)))
  return `At the next run, about ${at}, what is older than ${before} is deleted; some of it up to a week later.`
}
