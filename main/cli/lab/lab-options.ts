// What `totemlab lab` was told, checked.
import { LAB_NODES_MAX, type LabTransport } from '../../../app/lab/cluster.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { LabSettings } from '../../node/lab/open-lab.ts';
import { wholeNumber, type Arguments } from '../arguments.ts';

export interface LabOptions extends Omit<LabSettings, 'transport'> {
  readonly host: 'processes' | 'corosync';
  /** knet: of real daemons only. */
  readonly transport: LabTransport | 'knet';
  readonly capture: string | null;
  readonly exec: string | null;
  readonly isJson: boolean;
}

export const LAB_OPTION_SPEC = {
  nodes: { type: 'string' },
  dialect: { type: 'string' },
  transport: { type: 'string' },
  token: { type: 'string' },
  dir: { type: 'string' },
  capture: { type: 'string' },
  exec: { type: 'string' },
  port: { type: 'string' },
  behaviour: { type: 'string' },
  host: { type: 'string' },
  'no-sheep': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

function choice<T extends string>(name: string, text: string | null, all: readonly [T, ...T[]]): Result<T, string> {
  const found = all.find((one) => one === (text ?? all[0]));
  return found === undefined ? fail(`--${name}: "${text}" is none of ${all.join(', ')}`) : ok(found);
}

function number(name: string, text: string | null, usual: number, most: number): Result<number, string> {
  if (text === null) return ok(usual);
  const value = wholeNumber(text, 1);
  return value === null || value > most ? fail(`--${name}: "${text}" is no number from 1 to ${most}`) : ok(value);
}

export function labOptions({ text, flag, files }: Arguments): Result<LabOptions, string> {
  if (files.length > 0) return fail(`"${files[0]}" is no option; commands come from the prompt, or --exec FILE`);
  const nodes = number('nodes', text('nodes'), 3, LAB_NODES_MAX);
  if (!nodes.ok) return nodes;
  const host = choice('host', text('host'), ['processes', 'corosync']);
  if (!host.ok) return host;
  const isReal = host.value === 'corosync';
  const dialect = choice('dialect', text('dialect') ?? (isReal ? 'corosync-3' : null), ['corosync-1', 'corosync-3']);
  if (!dialect.ok) return dialect;
  if (isReal && dialect.value === 'corosync-1')
    return fail('--dialect corosync-1: the installed Corosync speaks that of 3; leave --dialect or --host out');
  if (isReal && text('behaviour') !== null) return fail('--behaviour is of sheep, which real daemons have not here');
  const transport: Result<LabOptions['transport'], string> = isReal
    ? choice('transport', text('transport'), ['udp', 'udpu', 'knet'])
    : choice('transport', text('transport'), ['udp', 'udpu']);
  if (!transport.ok) return transport;
  const token = text('token') === null ? ok(null) : number('token', text('token'), 1000, 3_600_000);
  if (!token.ok) return token;
  const port = number('port', text('port'), 5405, 65_535);
  if (!port.ok) return port;
  const behaviour = choice('behaviour', text('behaviour'), ['sound', 'faithful']);
  if (!behaviour.ok) return behaviour;
  return ok({
    host: host.value,
    nodes: nodes.value,
    dialect: dialect.value,
    transport: transport.value,
    token: token.value,
    directory: text('dir'),
    capture: text('capture'),
    exec: text('exec'),
    isJson: flag('json'),
    port: port.value,
    behaviour: flag('no-sheep') ? null : behaviour.value,
  });
}
