// A setup file of jest, for runs with TEST_WITH_REDIS: gives each suite a database of its own on the Redis of the run.
import { once } from 'node:events'
import { connect } from 'node:net'

const url = new URL(process.env.REDIS_URL)
const socket = connect(Number(url.port), url.hostname)
socket.write('INCR suites\r\n')
const [answer] = await once(socket, 'data')
socket.destroy()
const number = /^:(\d+)/.exec(String(answer))?.[1]
if (!number) throw new Error(`Redis did not count the suites: ${answer}`)
process.env.REDIS_URL = `redis://${url.host}/${number}`
