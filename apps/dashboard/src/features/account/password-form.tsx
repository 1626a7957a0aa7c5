import { Alert, Button, PasswordInput, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { changePassword } from '../../api/session.js'
import { tellDone } from '../../components/notices.js'
import { showFailure } from '../../components/problem-form.js'
import { Section } from '../../components/section.js'

const SHORTEST = 10

export function PasswordForm() {
  const [failure, setFailure] = useState<string>()
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validate: {
      currentPassword: (value) => (value === '' ? 'Enter your present password' : null),
      newPassword: (value) => (value.length < SHORTEST ? `Use at least ${SHORTEST} characters` : null),
    },
  })
  const changing = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      form.reset()
      tellDone('The password is changed. Your other sessions are signed out.')
    },
    onError: (error) => setFailure(showFailure(form, error)),
  })
  return (
    <Section title="Password" note="Changing it signs you out everywhere else.">
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          setFailure(undefined)
          changing.mutate(values)
        })}
      >
        <Stack gap="md" maw={400}>
          {failure && (
            <Alert color="red" role="alert">
              {failure}
            </Alert>
          )}
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput label="New password" autoComplete="new-password" {...form.getInputProps('newPassword')} />
          <Button type="submit" w="fit-content" loading={changing.isPending}>
            Change password
          </Button>
        </Stack>
      </form>
    </Section>
  )
}
