-- Tries every command that a run or a rollback writes with, so that a missing permission shows
-- before the first job is touched: a script that fails half-way is not undone by Redis.
-- What exists is not changed: the commands on RQ's keys name a job and a queue that do not exist.
-- KEYS 1 rq:scheduler:scheduled_jobs, 2 rq:queues, 3 migrate-scheduler:probe
-- ARGV 1 a name that no job, queue or member has
-- Returns 1; raises Redis's own error (NOPERM, READONLY, WRONGTYPE, ...).
local wrong = wrong_type(KEYS[1], 'zset') or wrong_type(KEYS[2], 'set')
if wrong then return wrong end
local job, other = 'rq:job:' .. ARGV[1], 'rq:job:' .. ARGV[1] .. '-'
local native, queue = 'rq:scheduled:' .. ARGV[1], 'rq:queue:' .. ARGV[1]
redis.call('TIME')
redis.call('ZADD', KEYS[1], 'XX', 0, ARGV[1])
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZCARD', native)
redis.call('ZADD', native, 'XX', 0, ARGV[1])
redis.call('ZREM', native, ARGV[1])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('LREM', queue, 1, ARGV[1])
redis.call('HDEL', job, 'status')
redis.call('PERSIST', job)
redis.call('PEXPIREAT', job, 1)
redis.call('DEL', job)
redis.call('EXISTS', job)
local renamed = redis.pcall('RENAMENX', job, other)
if type(renamed) == 'table' and renamed.err and not string.find(renamed.err, 'no such key', 1, true) then
  return renamed
end
-- These would create what they write to: tried on a key of our own.
redis.call('HSET', KEYS[3], 'f', 'v')
redis.call('HINCRBY', KEYS[3], 'n', 1)
redis.call('DEL', KEYS[3])
redis.call('SADD', KEYS[3], 'm')
redis.call('DEL', KEYS[3])
redis.call('XADD', KEYS[3], '*', 'f', 'v')
redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)
redis.call('DEL', KEYS[3])
return 1
