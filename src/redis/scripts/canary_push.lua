-- Enqueues a harmless job at the front of a queue, to prove that a worker can run it. Not journalled: it is
-- no part of the migration, and it removes itself (short result and failure TTLs) if nobody removes it.
-- KEYS 1 the lock, 2 rq:job:<id>, 3 rq:queue:<queue>
-- ARGV 1 lock value, 2 its expiry (ms), 3 job id, 4.. field value ...
-- Returns 1, or 0 when the job is there already.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
if refused then return refused end
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
-- Should this process die at once, neither hash nor queue entry outlives the check by much.
redis.call('EXPIRE', KEYS[2], 600)
redis.call('LPUSH', KEYS[3], ARGV[3])
return 1
