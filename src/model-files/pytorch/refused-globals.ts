/**
 * Modules that have no business in a file of weights: a pickle that names one of their functions was made to run
 * something, and is refused although nothing would be run.
 */
const REFUSED_MODULES: ReadonlySet<string> = new Set([
  'os',
  'posix',
  'posixpath',
  'nt',
  'ntpath',
  'sys',
  'subprocess',
  'commands',
  'pty',
  'shutil',
  'socket',
  'ctypes',
  'importlib',
  'imp',
  'runpy',
  'code',
  'codeop',
  'bdb',
  'pdb',
  'timeit',
  'cProfile',
  'profile',
  'pickle',
  '_pickle',
  'cPickle',
  'marshal',
  'shelve',
  'urllib',
  'http',
  'ftplib',
  'requests',
  'webbrowser',
  'multiprocessing',
  'threading',
  'asyncio',
  'signal',
  'tempfile',
  'glob',
  'linecache',
  'inspect',
  'gc',
  'pip',
  'setuptools',
  'ensurepip',
  'venv',
]);

/** Functions of other modules that run what they are given, open files or lead to what does. */
const REFUSED_NAMES: ReadonlySet<string> = new Set([
  ...[
    'eval',
    'exec',
    'execfile',
    'compile',
    'open',
    'file',
    '__import__',
    'input',
    'breakpoint',
    'globals',
    'vars',
  ].flatMap((name) => [`builtins.${name}`, `__builtin__.${name}`]),
  'io.open',
  '_io.open',
  'operator.attrgetter',
  'operator.methodcaller',
  '_operator.attrgetter',
  '_operator.methodcaller',
  'torch.load',
  'torch.hub.load',
  'torch.serialization.load',
  'torch.storage._load_from_bytes',
  'torch.jit.load',
  'joblib.load',
  'numpy.load',
  'numpy.f2py.crackfortran.getlincoef',
  'numpy.testing._private.utils.runstring',
]);

/** Whether a pickle that names this is refused; all else that is not known becomes an object without behaviour. */
export function isRefused(module: string, name: string): boolean {
  return (
    REFUSED_MODULES.has(module.split('.')[0]!) ||
    REFUSED_NAMES.has(`${module}.${name}`) ||
    // A dotted name walks from what is allowed to what is not: "collections" with "abc.sys".
    name.split('.').some((part) => REFUSED_MODULES.has(part) || part === '__globals__' || part === '__builtins__')
  );
}
