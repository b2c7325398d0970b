// Lines of scenarios that concern sheep: what they ask for, what is wrong with them, written again as the same words.
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../../protocol/sim/scenario/parse.ts';
import { deedTexts } from '../../../../protocol/sim/scenario/deed-text.ts';
import { dateOf } from '../../../../protocol/sim/sheep/calendar.ts';
import { Checksum, checksumText } from '../../../../protocol/sim/sheep/checksum.ts';

const HEAD = 'cluster nodes=3 sheep=sound\n';

/** The last line as it is written again, or why it cannot be read. */
function again(line: string, head = HEAD): string {
  const read = parseScenario(head + line);
  if (!read.ok) return `! ${read.problem.column} ${read.problem.says}`;
  const command = read.value.blocks.at(-1)?.lines.at(-1)?.command;
  return command?.kind === 'action' ? deedTexts(command.action).join('; ') : (command?.kind ?? 'nothing');
}

describe('a line about sheep', () => {
  it.each([
    '2> collie cluster format -c 2',
    '1> collie vdi write alice 0 4M < /dev/urandom',
    '3> collie vdi setattr alice key "a value"',
    'sheep stop 1,2',
    'disk 2 full',
    'disk 3 slow 20ms',
  ])('is read, and written as it was: %s', (line) => expect(again(line)).toBe(line));

  it.each([
    ['2> ls', 4, 'knows collie'],
    ['9> collie node list', 1, ''],
    ['1> collie vdi write a < /etc/passwd', 25, '/dev/urandom or /dev/zero'],
    ['sheep shear 1', 7, 'start|stop|kill'],
    ['expect cluster 1 happy', 18, 'a state of a cluster'],
    ['expect epoch 1', 8, 'a number'],
    ['expect said 1 text', 15, 'quotes'],
  ])('says where it is wrong: %s', (line, column, says) => {
    expect(again(line)).toMatch(new RegExp(`^! ${column} `));
    expect(again(line)).toContain(says);
  });

  it.each(['1> collie node list', 'sheep stop 1', 'disk 1 full'])('wants sheep: %s', (line) => {
    expect(again(line, 'cluster nodes=3\n')).toContain('sheep');
    expect(again('run 1s', 'cluster nodes=3 stack=totem sheep=sound\n')).toContain('stack=node');
  });

  it('wants as many hosts as nodes, each once', () => {
    for (const hosts of ['1,2', '1,2,2', '1,2,255', '0,1,2'])
      expect(again('run 1s', `cluster nodes=3 hosts=${hosts}\n`)).toContain('last octets');
    expect(again('run 1s', 'cluster nodes=3 hosts=111,112,114\n')).toBe('run-for');
  });
});

describe('what a notebook writes of sheep', () => {
  it('sums octets as zip does', () => {
    const octets = Uint8Array.from('123456789', (char) => char.charCodeAt(0));
    expect(checksumText(new Checksum().feed(octets).value)).toBe('cbf43926');
    const half = new Checksum().feed(octets.subarray(0, 4)).value;
    expect(new Checksum(half).feed(octets.subarray(4)).value).toBe(new Checksum().feed(octets).value);
  });

  it('knows the calendar of Greenwich', () => {
    for (let seconds = -1e9; seconds < 8e9; seconds += 86_400 * 17 + 3607) {
      const date = new Date(seconds * 1000);
      const { year, month, day, hour, minute, second, weekday } = dateOf(seconds);
      expect(Date.UTC(year, month - 1, day, hour, minute, second) / 1000).toBe(seconds);
      expect(weekday).toBe(date.getUTCDay());
    }
  });
});
