// Closing a capture asks for the list of recent ones, which takes a moment: what is opened within it stays.
import { beforeEach, expect, it, vi } from 'vitest';

const { answers, call } = vi.hoisted(() => {
  const answers: ((recent: readonly string[]) => void)[] = [];
  const call = (name: string): Promise<unknown> =>
    name === 'recent.list' ? new Promise((done) => answers.push(done)) : Promise.resolve(null);
  return { answers, call };
});
vi.mock('../../../../renderer/bridge/bridge.ts', () => ({ bridge: { call } }));

const { closeCapture } = await import('../../../../renderer/state/actions.ts');
const { EMPTY_SESSION, useSession } = await import('../../../../renderer/state/session-store.ts');

beforeEach(() => {
  answers.length = 0;
  useSession.setState({ ...EMPTY_SESSION, phase: 'done' });
});

it('empties the window at once, and leaves alone what is opened before the list of recent ones is there', async () => {
  const closing = closeCapture();
  expect(useSession.getState().phase).toBe(EMPTY_SESSION.phase);
  useSession.setState({ phase: 'reading' });
  for (const answer of answers) answer(['a.pcap']);
  await closing;
  expect(useSession.getState()).toMatchObject({ phase: 'reading', recent: ['a.pcap'] });
});
