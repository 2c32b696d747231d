import fc from 'fast-check';

/**
 * Property tests draw the same cases in every run, so that what fails comes from the change at hand and not from the
 * day. SEMBLANCE_SEED=n draws others; a failure names its seed and path.
 */
const seed = Number(process.env.SEMBLANCE_SEED ?? 1);
if (!Number.isInteger(seed)) throw new Error(`SEMBLANCE_SEED is an integer; found "${process.env.SEMBLANCE_SEED}".`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
