// The second thousand seeds of the swarm.
import { describeSeeds } from './support/seeds.ts';

describeSeeds(1001, 1000);
