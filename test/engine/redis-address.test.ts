import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { redisAddress } from '#src/engine/queue/redis-connection.ts';

describe('an address of Redis', () => {
  it('is read with user, password, port and database, and shown without the password', () => {
    expect(redisAddress('rediss://me:a%2Fb@example.org:7000/3')).toEqual({
      host: 'example.org',
      port: 7000,
      database: 3,
      tls: true,
      username: 'me',
      password: 'a/b',
      shown: 'rediss://example.org:7000/3',
    });
    expect(redisAddress('redis://[::1]')).toMatchObject({ host: '::1', port: 6379, database: 0, tls: false });
  });

  it('takes the password of the environment before its own, but not an empty one', () => {
    const password = (variable: string) =>
      redisAddress('redis://:own@host', { SEMBLANCE_REDIS_PASSWORD: variable }).password;
    expect([password('other'), password('')]).toEqual(['other', 'own']);
  });

  it.each([
    'localhost:6379',
    'http://host',
    'redis://',
    'redis://host/16',
    'redis://host/007',
    'redis://host/-1',
    'redis://host/0?db=3',
    'redis://:50%@host',
    'redis://%zz@host',
    'redis://host:99999',
  ])('%s is refused without being repeated', (text) => {
    const refused = (): unknown => redisAddress(text);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow('The engine must be an address such as redis://host:6379.');
  });
});
