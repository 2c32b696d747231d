/** What a process needs that does nothing: prints its peak memory. */
import { peakMemory } from './peak-memory.mjs';

console.log(JSON.stringify({ peak: peakMemory() }));
