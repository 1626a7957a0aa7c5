import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { signIn, whoamiQuery } from '../../api/session.js'
import { Logo } from '../../layout/logo.js'
import classes from './sign-in-page.module.css'
import { signInFailure } from './sign-in-failure.js'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { next } = route.useSearch()
  const router = useRouter()
  const queryClient = useQueryClient()
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (email.trim() === '' ? 'Enter your email address' : null),
      password: (password) => (password === '' ? 'Enter your password' : null),
    },
  })
  const entering = useMutation({
    mutationFn: signIn,
    onSuccess: async () => {
      // Whatever is cached may be of another user.
      queryClient.clear()
      await queryClient.ensureQueryData(whoamiQuery)
      router.history.push(next ?? '/fleets')
    },
    onError: () => form.setFieldValue('password', ''),
  })
  return (
    <main className={classes.page}>
      <Paper className={classes.card} radius="lg" shadow="md">
        <Stack gap="lg">
          <Stack gap="xs" align="center" ta="center">
            <Logo size={44} />
            <Title order={1}>Sign in to Flotilla</Title>
            {next && (
              <Text size="sm" c="dimmed">
                You return to where you were.
              </Text>
            )}
          </Stack>
          <form
            onSubmit={form.onSubmit((values) => entering.mutate({ ...values, email: values.email.trim() }))}
            noValidate
          >
            <Stack gap="md">
              {entering.error && (
                <Alert color="red" variant="light" role="alert" radius="md">
                  {signInFailure(entering.error)}
                </Alert>
              )}
              <TextInput
                label="Email"
                type="email"
                autoComplete="username"
                autoFocus
                key={form.key('email')}
                {...form.getInputProps('email')}
              />
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                key={form.key('password')}
                {...form.getInputProps('password')}
              />
              <Button type="submit" fullWidth size="md" loading={entering.isPending}>
                Sign in
              </Button>
            </Stack>
          </form>
        </Stack>
      </Paper>
      <Text size="xs" c="dimmed" ta="center" maw={380}>
        The first administrator was printed by the terminal that started the server. Others are added by an
        administrator of their organization.
      </Text>
    </main>
  )
}
