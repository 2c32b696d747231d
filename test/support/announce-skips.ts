import { hasSharedCases } from './cases.ts';
import { findChromium } from './chromium.ts';
import { python } from './python.ts';
import { HAS_REDIS } from './redis.ts';
import { hasSharedData } from './shared-data.ts';
import { canTrace } from './strace.ts';

/** Says once, loudly, which tests this machine cannot run; the runner counts them as skipped. */
export default function announce(): void {
  if (!hasSharedData) console.warn('\nSKIPPING the tests on real models: ../shared/data is not beside the checkout.\n');
  if (!hasSharedCases)
    console.warn('\nSKIPPING the tests on the larger case files: ../shared/cases is not beside the checkout.\n');
  if (!findChromium())
    console.warn('\nSKIPPING the tests in a browser: no Chromium was found (set CHROMIUM_PATH to name one).\n');
  if (!HAS_REDIS) console.warn('\nSKIPPING the tests of the queue: redis-server was not found.\n');
  if (!canTrace)
    console.warn('\nSKIPPING the tests that trace what commands do: strace was not found or may not attach.\n');
  if (!python)
    console.warn('\nSKIPPING the tests of the Python loggers: no Python with NumPy was found (set PYTHON).\n');
  else if (!python.hasTorch)
    console.warn('\nSKIPPING the tests of the logger with PyTorch: no Python with PyTorch was found (set PYTHON).\n');
}
