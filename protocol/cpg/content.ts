// What the described service messages say, in one vocabulary for all generations: who joined or left a group, which
// nodes left, which ring a barrier is for. The octets stay in messages.ts.
import { DIALECTS, type DialectId } from '../totem/dialect.ts';
import type { RingRef } from '../totem/identity.ts';
import type { Piece } from '../totempg/packet.ts';
import type { LayoutProblem } from '../wire/layout.ts';
import { cpgNameText, SERVICE_MESSAGES, type CpgName, type MessageName, type ServiceLayout } from './messages.ts';
import { decodeService, type DecodedService } from './service-codec.ts';

export type ServiceContent =
  | { readonly kind: 'mcast'; readonly group: string; readonly nodeid: number; readonly pid: number }
  | {
      readonly kind: 'partial_mcast';
      readonly group: string;
      readonly nodeid: number;
      readonly pid: number;
      /** Octets of the whole message. */
      readonly msglen: number;
      /** 1 first, 2 continued, 3 last. */
      readonly part: number;
    }
  /** `reason`: 1 join, 2 leave, 3 node down, 4 node up, 5 process died. */
  | { readonly kind: 'procjoin' | 'procleave'; readonly group: string; readonly pid: number; readonly reason: number }
  | { readonly kind: 'joinlist'; readonly processes: readonly { readonly group: string; readonly pid: number }[] }
  | { readonly kind: 'downlist'; readonly oldMembers: number | null; readonly left: readonly number[] }
  | {
      readonly kind: 'nodeinfo';
      /** 0 for the quorum device. */
      readonly nodeid: number;
      readonly votes: number;
      readonly expectedVotes: number;
      readonly flags: number;
    }
  | { readonly kind: 'barrier' | 'memb_determine'; readonly ringId: RingRef }
  | { readonly kind: 'service_build'; readonly ringId: RingRef; readonly services: readonly number[] };

export interface ReadContent {
  readonly content: ServiceContent | null;
  /** The application's octets, for the messages that carry some. */
  readonly application: Piece | null;
  readonly problem: LayoutProblem | null;
}

interface JoinlistEntry {
  readonly pid: number;
  readonly groupName: CpgName;
}

/** Where a message lies and how its numbers are written. */
interface Source {
  readonly view: DataView;
  readonly at: number;
  readonly littleEndian: boolean;
}

type Say<Head> = (head: Head, decoded: DecodedService<Head>) => ServiceContent | null;

function readAs<Head>(layout: ServiceLayout<Head>, { view, at, littleEndian }: Source, say: Say<Head>): ReadContent {
  const decoded = decodeService(layout, view, at, view.byteLength, littleEndian);
  if (!decoded.ok) return { content: null, application: null, problem: decoded.problem };
  return { content: say(decoded.value.head, decoded.value), application: null, problem: null };
}

/** The same for a message that carries octets of an application. */
function readCarrier<Head>(layout: ServiceLayout<Head>, source: Source, say: Say<Head>): ReadContent {
  let application: Piece | null = null;
  const read = readAs(layout, source, (head, decoded) => {
    application = decoded.octets;
    return say(head, decoded);
  });
  return { ...read, application };
}

type CpgMessage = 'PROCJOIN' | 'PROCLEAVE' | 'JOINLIST' | 'MCAST' | 'PARTIAL_MCAST' | 'DOWNLIST_OLD' | 'DOWNLIST';

function cpgContent(generation: DialectId, name: CpgMessage, source: Source): ReadContent {
  const layouts = SERVICE_MESSAGES[generation];
  switch (name) {
    case 'PROCJOIN':
    case 'PROCLEAVE':
      return readAs(layouts[name], source, ({ groupName, pid, reason }) => {
        const kind = name === 'PROCJOIN' ? 'procjoin' : 'procleave';
        return { kind, group: cpgNameText(groupName), pid, reason };
      });
    case 'JOINLIST':
      return readAs(layouts.JOINLIST, source, (_head, { records }) => {
        const entries = records as readonly JoinlistEntry[];
        return {
          kind: 'joinlist',
          processes: entries.map(({ groupName, pid }) => ({ group: cpgNameText(groupName), pid })),
        };
      });
    case 'MCAST':
      return readCarrier(layouts.MCAST, source, ({ groupName, pid, source: { nodeid } }) => {
        return { kind: 'mcast', group: cpgNameText(groupName), nodeid, pid };
      });
    case 'PARTIAL_MCAST':
      return readCarrier(layouts.PARTIAL_MCAST, source, ({ groupName, pid, source: { nodeid }, msglen, type }) => {
        return { kind: 'partial_mcast', group: cpgNameText(groupName), nodeid, pid, msglen, part: type };
      });
    case 'DOWNLIST_OLD':
      return readAs(layouts.DOWNLIST_OLD, source, (_head, { records }) => {
        return { kind: 'downlist', oldMembers: null, left: records as readonly number[] };
      });
    case 'DOWNLIST':
      return readAs(layouts.DOWNLIST, source, ({ oldMembers }, { records }) => {
        return { kind: 'downlist', oldMembers, left: records as readonly number[] };
      });
  }
}

/** Reads the service message of that name from view[at, end of view). Never throws on any bytes. */
export function contentOf(
  generation: DialectId,
  name: MessageName,
  view: DataView,
  at: number,
  littleEndian: boolean,
): ReadContent {
  const layouts = SERVICE_MESSAGES[generation];
  const ringOf = DIALECTS[generation].ringOf;
  const source: Source = { view, at, littleEndian };
  switch (name) {
    case 'NODEINFO':
      return readAs(layouts.NODEINFO, source, ({ nodeid, votes, expectedVotes, flags }) => {
        return { kind: 'nodeinfo', nodeid, votes, expectedVotes, flags };
      });
    case 'BARRIER':
    case 'MEMB_DETERMINE': {
      const kind = name === 'BARRIER' ? 'barrier' : 'memb_determine';
      return readAs(layouts[name], source, ({ ringId }) => ({ kind, ringId: ringOf(ringId) }));
    }
    case 'SERVICE_BUILD':
      return readAs(layouts.SERVICE_BUILD, source, ({ ringId }, { records }) => {
        return { kind: 'service_build', ringId: ringOf(ringId), services: records as readonly number[] };
      });
    case 'CMAP':
      return readAs(layouts.CMAP, source, () => null);
    case 'OTHER':
      return readAs(layouts.OTHER, source, () => null);
    default:
      return cpgContent(generation, name, source);
  }
}
