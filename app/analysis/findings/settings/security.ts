// Nodes that cannot read each other: another key, security on one side only, another generation. Culprits: the odd ones
// out. Reference: specs 7.16a, 7.16b.
import type { Encoding } from '../../../store/packet-store.ts';
import type { Finding } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, listed, plural } from '../engine/words.ts';
import { framesOf, oddOf, partiesOf, share, sinceOf, untilOf, type Party } from './groups.ts';
import { addressText, nodeOf } from './who.ts';

interface Case {
  readonly rule: string;
  readonly nameOf: (encoding: Encoding) => string | null;
  readonly says: (odd: string, others: string, odds: Party, rest: readonly Party[]) => string;
  readonly shows: (party: Party) => string;
  readonly cause: string;
  readonly advice: string;
  readonly reference: string;
}

const KEY: Case = {
  rule: 'key-mismatch',
  nameOf: ({ authentic, security }) =>
    authentic === true ? 'opened' : authentic === false && security === 'unknown' ? 'refused' : null,
  says: (odd, others, odds) =>
    `${capital(odd)} ${odds.members.length === 1 ? 'uses' : 'use'} another key than ${others}: ` +
    'packets of the one are ' +
    `${odds.name === 'refused' ? 'not authentic under the key that opens' : 'opened by the key that does not open'} ` +
    'those of the others, ' +
    'so neither side hears the other.',
  shows: ({ name }) => (name === 'opened' ? 'authentic under the key at hand' : 'not authentic under any key at hand'),
  cause: 'The authkey of that node differs, or its cipher or hash is configured otherwise.',
  advice:
    'the authkey files (compare their checksums on all nodes), and ' +
    'crypto_cipher and crypto_hash; then restart Corosync ' +
    'there. Its log says "Digest does not match" or "invalid digest".',
  reference: 'corosync.conf(5): crypto_cipher, crypto_hash, secauth',
};

const SECURITY: Case = {
  rule: 'mixed-security',
  nameOf: ({ security, transport }) =>
    transport === null && security !== 'unknown' ? null : security === 'none' ? 'clear' : 'secured',
  says: (odd, others, odds) =>
    `${capital(odd)} ${odds.members.length === 1 ? 'sends' : 'send'} ` +
    `${odds.name === 'clear' ? 'in clear' : 'encrypted or signed'} ` +
    `while ${others} ${odds.name === 'clear' ? 'use security' : 'send in clear'}: neither side reads the other.`,
  shows: ({ name }) => (name === 'clear' ? 'packets in clear' : 'secured packets'),
  cause: 'secauth, crypto_cipher or crypto_hash is set on one side only.',
  advice: 'secauth, crypto_cipher, crypto_hash and the authkey in the corosync.conf of all nodes: they must be equal.',
  reference: 'corosync.conf(5): crypto_cipher, crypto_hash, secauth',
};

const VERSION: Case = {
  rule: 'mixed-versions',
  nameOf: ({ dialect }) => dialect,
  says: (odd, others, odds, rest) =>
    `${capital(odd)} ${odds.members.length === 1 ? 'speaks' : 'speak'} the protocol of ${versionText(odds.name)}, ` +
    `${others} that of ${listed(rest.map(({ name }) => versionText(name)))}, on the ` +
    'same group and port: they do not understand each other.',
  shows: ({ name }) => `messages of ${versionText(name)}`,
  cause: 'Generations of Corosync do not talk to each other.',
  advice:
    'the version of Corosync on all nodes; separate groups and ports while two generations must run side by side.',
  reference: 'corosync-keygen(8)',
};

const versionText = (dialect: string): string => dialect.replace('corosync-', 'Corosync ');

function run(context: FindingContext, of: Case): readonly Finding[] {
  const parties = partiesOf(context, of.nameOf);
  const odd = oddOf(parties);
  if (parties.length < 2 || odd === null) return [];
  const rest = parties.filter((party) => party !== odd);
  // A node that changed its settings is in both parties; it is no stranger to itself.
  const others = rest.flatMap(({ members }) => members).map(({ facts }) => facts.address);
  const odds = odd.members.map(({ facts }) => facts.address);
  if (odds.every((address) => others.includes(address)) || !rest.some((party) => share(party, odd))) return [];
  const culprits = [...new Set(odds.flatMap((address) => nodeOf(context, address) ?? []))].sort((a, b) => a - b);
  const text = (addresses: readonly number[]): string =>
    listed([...new Set(addresses)].map((address) => addressText(context, address)));
  const made = finding(of.rule, 'failure', {
    time: Math.max(sinceOf(odd), Math.min(...rest.map(sinceOf))),
    until: untilOf(odd),
    culprits,
    says: of.says(text(odds), text(others), odd, rest),
    evidence: [odd, ...rest].map((party) => ({
      frames: framesOf(party),
      says: `${of.shows(party)}, from ${plural(party.members.length, 'address', 'addresses')}`,
    })),
    cause: of.cause,
    advice: of.advice,
    confidence: 0.95,
    reference: of.reference,
  });
  context.ledger.cover({ finding: made, fromNs: sinceOf(odd), untilNs: untilOf(odd) + 5e9, nodes: culprits });
  return [made];
}

export const mixedVersions: Rule = { name: 'mixed-versions', run: (context) => run(context, VERSION) };
export const mixedSecurity: Rule = { name: 'mixed-security', run: (context) => run(context, SECURITY) };
export const keyMismatch: Rule = {
  name: 'key-mismatch',
  // Clear packets are not authentic either: then the security is mixed, which says more.
  run: (context) => (mixedSecuritySaid(context) ? [] : run(context, KEY)),
};

function mixedSecuritySaid(context: FindingContext): boolean {
  return partiesOf(context, SECURITY.nameOf).length > 1;
}
