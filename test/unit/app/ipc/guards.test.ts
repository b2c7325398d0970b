// The wall: what calls and streams let through, and what they refuse.
import { describe, expect, it } from 'vitest';
import { guards, LINE_LENGTH_MAX, PATH_LENGTH_MAX, SETTINGS_LENGTH_MAX } from '../../../../app/ipc/guards.ts';
import { isStreamRequest, RANGE_OCTETS_MAX, RANGES_MAX } from '../../../../app/ipc/stream.ts';

const LAB = {
  kind: 'processes',
  nodes: 3,
  dialect: 'corosync-1',
  transport: 'udp',
  tokenMs: 1000,
  behaviour: 'sound',
  withSheep: true,
  seed: 1,
} as const;

describe('guards of calls', () => {
  it.each([
    ['session.open', ['/a.pcap'], true],
    ['session.open', [''], false],
    ['session.open', ['a\0b'], false],
    ['session.open', ['x'.repeat(PATH_LENGTH_MAX + 1)], false],
    ['session.open', ['/a', '/b'], false],
    ['session.open', [['/a']], false],
    ['session.close', [3], true],
    ['session.close', [-1], false],
    ['session.close', [1.5], false],
    ['window.open', ['/a.pcap'], true],
    ['window.open', [{ path: '/a.pcap' }], false],
    ['settings.change', [{ theme: 'dark' }], true],
    ['settings.change', [{ theme: 'dark', more: 1 }], false],
    ['settings.change', ['dark'], false],
    ['settings.change', [null], false],
    ['settings.change', [{ filters: ['x'.repeat(SETTINGS_LENGTH_MAX)] }], false],
    ['window.hello', [], true],
    ['window.hello', [undefined], false],
    ['smoke.report', [{ isDrawn: true, says: 'x' }], true],
    ['smoke.report', [{ isDrawn: 'yes', says: 'x' }], false],
    ['smoke.report', [{ isDrawn: true, says: 'x', more: 1 }], false],
    ['smoke.report', [null], false],
    ['lab.start', [LAB], true],
    ['lab.start', [{ ...LAB, nodes: 0 }], false],
    ['lab.start', [{ ...LAB, kind: 'real' }], false],
    ['lab.start', [{ ...LAB, seed: -1 }], false],
    ['lab.start', [{ ...LAB, more: 1 }], false],
    ['lab.start', [{ kind: 'virtual' }], false],
    ['lab.start', [], false],
    ['lab.command', ['fault kill 2'], true],
    ['lab.command', ['x'.repeat(LINE_LENGTH_MAX + 1)], false],
    ['lab.command', [['fault']], false],
    ['lab.end', [], true],
    ['lab.running', [], true],
    ['lab.running', ['here'], false],
    ['lab.endOther', [], true],
    ['lab.endOther', [1], false],
    ['capture.watch', [true], true],
    ['capture.watch', [1], false],
    ['capture.start', [{ interface: 'lo', backend: 'tcpdump', filter: '' }], true],
    ['capture.start', [{ interface: '-w/etc/passwd', backend: 'tcpdump', filter: '' }], false],
    ['capture.start', [{ interface: 'lo', backend: 'tcpdump', filter: '-zreboot' }], false],
    ['capture.start', [{ interface: 'lo', backend: 'sh', filter: '' }], false],
    ['capture.stop', [1], true],
    ['capture.save', ['1'], false],
    ['capture.write', ['a.pcapng', new Uint8Array(1)], true],
    ['capture.write', ['a.pcapng', [1]], false],
  ] as const)('%s %j: %s', (name, args, isLetIn) => {
    expect(guards[name](args)).toBe(isLetIn);
  });
});

describe('guard of streams', () => {
  const range = { offset: 0, length: 10 };
  it.each([
    [{ kind: 'start', run: 1 }, true],
    [{ kind: 'start', run: 'x' }, false],
    [{ kind: 'stop' }, true],
    [{ kind: 'read', id: 1, ranges: [range] }, true],
    [{ kind: 'read', id: 1, ranges: [{ offset: -1, length: 1 }] }, false],
    [{ kind: 'read', id: 1, ranges: [{ offset: 0, length: RANGE_OCTETS_MAX + 1 }] }, false],
    [{ kind: 'read', id: 1, ranges: 'all' }, false],
    [{ kind: 'format', disk: 'c' }, false],
    [null, false],
    [7, false],
  ])('%j: %s', (request, isLetIn) => {
    expect(isStreamRequest(request)).toBe(isLetIn);
  });

  it('bounds the number of ranges', () => {
    expect(isStreamRequest({ kind: 'read', id: 1, ranges: Array.from({ length: RANGES_MAX + 1 }, () => range) })).toBe(
      false,
    );
  });
});
