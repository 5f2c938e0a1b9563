-- Schedules a harmless job, to measure when a worker runs it. Not journalled: it is no part of the migration.
-- The hash has no expiry while it waits: a scheduled entry without its job stops the scheduler of rq 1.5 and stays
-- for good on rq 1.10 - 1.16 (SEMANTICS section 3). Should this process die, the job runs when its time comes and
-- RQ removes it a minute later (result_ttl, failure_ttl); what no scheduler ever takes, the next call removes.
-- KEYS 1 the lock, 2 rq:job:<id>, 3 rq:results:<id>, 4 migrate-scheduler:canaries, 5 rq:queue:<queue>,
--      6 rq:queue:<queue>:intermediate, 7 rq:scheduled:<queue>, 8.. rq:finished:, rq:failed:, rq:canceled:<queue>
-- ARGV 1 lock value, 2 its expiry (ms), 3 job id, 4 queue, 5 due (epoch seconds), 6.. field value ...
-- Returns 1, or 0 when the job is there already.
local refused = fence(KEYS[1], ARGV[1], ARGV[2])
  or wrong_type(KEYS[7], 'zset') or wrong_type(KEYS[4], 'hash')
if refused then return refused end
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
-- Every command that removes it again, on what is not there yet: a right that is missing shows before anything is
-- written.
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('HDEL', KEYS[4], ARGV[3])
for i = 5, 6 do redis.call('LREM', KEYS[i], 0, ARGV[3]) end
for i = 7, #KEYS do redis.call('ZREM', KEYS[i], ARGV[3]) end
redis.call('EXPIRE', KEYS[2], 10)

redis.call('HSET', KEYS[4], ARGV[3], ARGV[4])
redis.call('EXPIRE', KEYS[4], 604800)
redis.call('HSET', KEYS[2], unpack(ARGV, 6))
redis.call('ZADD', KEYS[7], ARGV[5], ARGV[3])
return 1
