// The first thousand seeds of the swarm, and what its scenarios are made of.
import { describe, expect, it } from 'vitest';
import { FAULT_WORDS } from '../../protocol/sim/fault.ts';
import { drawScenario } from '../../protocol/sim/swarm/draw.ts';
import { shrink } from '../../protocol/sim/swarm/shrink.ts';
import { scenarioOf } from './support/notebook.ts';
import { describeSeeds } from './support/seeds.ts';

describeSeeds(1, 1000);

describe('drawn scenarios', () => {
  const texts = Array.from({ length: 3000 }, (_, seed) => drawScenario(seed));
  const scenarios = texts.map(scenarioOf);

  it('are the same for the same seed, and others for others', () => {
    expect(drawScenario(17)).toBe(texts[17]);
    expect(new Set(texts.map((text) => text.replace(/seed=\d+/, ''))).size).toBe(texts.length);
  });

  it('have 1 to 64 nodes, both dialects, both stacks, numbers that roll over', () => {
    const sizes = new Set(scenarios.map(({ cluster }) => cluster.nodes.length));

    expect([Math.min(...sizes), Math.max(...sizes) > 50]).toEqual([1, true]);
    expect(new Set(scenarios.map(({ cluster }) => cluster.dialect)).size).toBe(2);
    expect(new Set(scenarios.map(({ stack }) => stack)).size).toBe(2);
    expect(scenarios.filter(({ firstSeqno }) => firstSeqno > 0xffff_fe00).length).toBeGreaterThan(300);
  });

  it('have every kind of fault that rings have', () => {
    const all = texts.join('\n');
    // A full disk troubles sheep, which have a swarm of their own; to heal is no fault.
    const words = FAULT_WORDS.filter((word) => word !== 'heal' && word !== 'disk');

    expect(words.filter((word) => !new RegExp(`^(at \\S+ )?${word} `, 'm').test(all))).toEqual([]);
  });
});

describe('shrinking', () => {
  it('leaves what is needed to fail', () => {
    const text = 'cluster nodes=3 seed=1 cpu=5us window_size=5\nat 1s kill 1\nat 2s kill 2\nat 3s kill 3\nrun 5s\n';

    expect(shrink(text, (smaller) => smaller.includes('kill 2') && smaller.includes('window_size'))).toBe(
      'cluster nodes=3 seed=1 window_size=5\nat 2s kill 2\n',
    );
  });
});
