/*
 * A folder with the files of /proc, /sys and /etc that a Raspberry Pi 4 shows, as its kernel writes them.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const RASPBERRY_PI_4: Record<string, string> = {
  'proc/stat':
    'cpu  10000 0 5000 80000 5000 0 0 0 0 0\ncpu0 2500 0 1250 20000 1250 0 0 0 0 0\nintr 5203 0 0\nctxt 1000\nbtime 1795000000\n',
  'proc/loadavg': '0.42 0.31 0.24 1/213 4711\n',
  'proc/uptime': '350735.47 1234567.89\n',
  'proc/meminfo':
    'MemTotal:        3884248 kB\nMemFree:         1203660 kB\nMemAvailable:    2884248 kB\nBuffers:           64216 kB\n',
  'proc/net/route':
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n' +
    'eth0\t00000000\t0102A8C0\t0003\t0\t0\t302\t00000000\t0\t0\t0\n' +
    'wlan0\t00000000\t0102A8C0\t0003\t0\t0\t202\t00000000\t0\t0\t0\n' +
    'wlan0\t0002A8C0\t00000000\t0001\t0\t0\t202\t00FFFFFF\t0\t0\t0\n',
  'proc/net/wireless':
    'Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n' +
    ' face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n' +
    ' wlan0: 0000   49.  -61.  -256        0      0      0      0      0        0\n',
  'sys/class/net/wlan0/statistics/rx_bytes': '123456789\n',
  'sys/class/net/wlan0/statistics/tx_bytes': '2345678\n',
  'sys/class/net/eth0/statistics/rx_bytes': '0\n',
  'sys/class/net/eth0/statistics/tx_bytes': '0\n',
  'sys/class/thermal/thermal_zone0/type': 'gpu-thermal\n',
  'sys/class/thermal/thermal_zone0/temp': '40000\n',
  'sys/class/thermal/thermal_zone1/type': 'cpu-thermal\n',
  'sys/class/thermal/thermal_zone1/temp': '52582\n',
  'sys/devices/platform/soc/soc:firmware/get_throttled': '50005\n',
  'sys/class/hwmon/hwmon0/name': 'cpu_thermal\n',
  'sys/class/hwmon/hwmon1/name': 'rpi_volt\n',
  'sys/class/hwmon/hwmon1/in0_lcrit_alarm': '1\n',
  'sys/block/mmcblk0/stat':
    '   17250     6022  1433562    46540    12345    20251   611280   190470        0    91300   237010        0        0        0        0        0        0\n',
  'sys/block/mmcblk0/device/type': 'SD\n',
  'sys/block/sda/stat':
    '       1        0        8        0        2        0       16        0        0        0        0\n',
  'etc/hostname': 'raspberrypi\n',
  'etc/hosts': '127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\n\n127.0.1.1\traspberrypi\n',
  'etc/timezone': 'Europe/Berlin\n',
}

export class BoardTree {
  private constructor(readonly root: string) {}

  static async create(): Promise<BoardTree> {
    const tree = new BoardTree(await mkdtemp(join(tmpdir(), 'fboard-')))
    for (const [path, text] of Object.entries(RASPBERRY_PI_4)) await tree.put(path, text)
    return tree
  }

  async put(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true })
    await writeFile(join(this.root, path), text)
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8')
  }

  async link(path: string, to: string): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true })
    await symlink(to, join(this.root, path))
  }

  /** A file or a whole folder. */
  remove(path = ''): Promise<void> {
    return rm(join(this.root, path), { recursive: true, force: true })
  }
}
